"""The server around the pages: middleware, sign-in, the API's mount."""
