"""What the studio ships beside its code: models, styles, pictures, icons, and the scripts that draw the project's own art."""
