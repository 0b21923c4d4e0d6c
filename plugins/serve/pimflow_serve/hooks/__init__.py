"""Events from outside: who sent them, what they are about, and the run that they lead to."""
