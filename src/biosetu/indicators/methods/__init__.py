"""One module a method: how a room's result becomes Observations."""
