"""Articles, comments, tags and favorites of the blog."""
