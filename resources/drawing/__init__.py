"""The numpy paint box behind the project's own pictures: noise, solids, a ray marcher, brush strokes, and the drawn styles."""
