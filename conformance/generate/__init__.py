"""What is drawn before anything is sent: values, name shapes, Workflows."""
