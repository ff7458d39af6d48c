"""Scale's newer protocol: `client.v2`, for conversations, rankings and rubrics."""
