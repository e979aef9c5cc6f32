"""Training the stylizer: crops of photos and paintings, perceptual losses, a resumable loop."""
