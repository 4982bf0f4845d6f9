"""Episodes become numbers: pure functions, no simulator, no wall clock but in `efficiency`."""
