"""What the PyTorch jobs share: the job contract, shards, the training loop. Each job adds its model and its job.json."""
