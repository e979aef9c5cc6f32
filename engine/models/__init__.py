"""Models on disk and in memory: safetensors files with their manifest inside."""
