"""What people see: each module has the pages of one matter."""
