"""The agent's page: ES modules and Web Components, served as they are, without a build step."""
