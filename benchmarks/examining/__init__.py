"""What `./dev bench analysis` examines, and how it measures an examination and a scanner."""
