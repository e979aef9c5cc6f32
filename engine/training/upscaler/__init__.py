"""Training the upscaler: crops of photos and paintings made small and bad, pixel and perceptual losses, a resumable loop."""
