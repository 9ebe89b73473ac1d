"""What Indigenous Peoples and local communities hold: their own data, on their own conditions, theirs to take back."""
