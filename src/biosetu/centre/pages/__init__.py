"""What the world sees: home, Party, indicator, target, error pages."""
