"""Programs of other machines that hear sound: asked only where the settings name them."""
