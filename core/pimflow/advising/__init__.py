"""How often a pipeline should run: `pace` reads the history, `schedules` makes proposals of it."""
