using System.Text.RegularExpressions;
using DurableMl.Cli.Commands;

namespace DurableMl.Cli.Jobs;

/// <summary>A job to begin with: it runs as it is, resumes from its checkpoint and ends well on SIGTERM. Python's standard library is all it needs.</summary>
internal static partial class JobSkeleton
{
    private const string Definition = """
        {
          "name": "NAME",
          "description": "Fits a line to made-up points; replace it.",
          "command": ["python3", "train.py"],
          "gpu": "none",
          "metrics": ["loss"],
          "parameters": {
            "learning_rate": { "type": "number", "minimum": 1e-6, "maximum": 1, "default": 0.1, "description": "Size of a step." }
          }
        }

        """;

    private const string Program = """"
        """A job: reads what DML_* variables name, trains, and leaves metrics and outputs. batch-jobs/README.md has the contract."""

        import json
        import os
        import random
        import signal
        import sys

        with open(os.environ["DML_PARAMS"]) as file:
            parameters = json.load(file)
        rate = parameters.get("learning_rate", 0.1)
        budget = int(os.environ["DML_BUDGET"])
        output = os.environ["DML_OUTPUT"]
        checkpoint = os.path.join(os.environ["DML_CHECKPOINT"], "state.json")
        dataset = os.environ.get("DML_DATASET")  # a folder with manifest.json and .npy shards; None without a dataset
        if not 0 < rate <= 1:
            print("learning_rate must lie in (0, 1], not %s" % rate, file=sys.stderr)
            sys.exit(64)  # no retry can help

        state = {"epoch": 0, "weight": 0.0}
        if os.path.exists(checkpoint):  # an earlier attempt, or an earlier rung, came so far
            with open(checkpoint) as file:
                state = json.load(file)


        def save():
            with open(checkpoint + ".tmp", "w") as file:
                json.dump(state, file)
            os.replace(checkpoint + ".tmp", checkpoint)


        def stop(number, frame):
            save()
            sys.exit(143)  # go on elsewhere


        signal.signal(signal.SIGTERM, stop)
        points = random.Random(int(os.environ["DML_SEED"]))
        data = [(x, 3 * x + points.gauss(0, 0.1)) for x in (points.uniform(-1, 1) for _ in range(100))]
        while state["epoch"] < budget:
            loss = sum((state["weight"] * x - y) ** 2 for x, y in data) / len(data)
            state["weight"] -= rate * sum(2 * (state["weight"] * x - y) * x for x, y in data) / len(data)
            state["epoch"] += 1
            with open(os.path.join(output, "metrics.jsonl"), "a") as file:
                file.write(json.dumps({"kind": "epoch", "epoch": state["epoch"], "loss": loss}) + "\n")
            save()

        # What lies here is the trial's model: model.onnx for one that is to be evaluated and published.
        with open(os.path.join(output, "weight.json"), "w") as file:
            json.dump({"weight": state["weight"]}, file)

        """";

    /// <summary>Writes it into a new folder below a folder. Returns that.</summary>
    /// <exception cref="CliException">The name is none of a job, or the folder is there.</exception>
    public static string Write(string parent, string name)
    {
        if (!Name().IsMatch(name))
        {
            throw new CliException($"'{name}' is no name of a job: use 1 to 40 lower-case letters, digits and '-', beginning with a letter or digit.") { ExitCode = ExitCodes.Usage };
        }

        string folder = Path.GetFullPath(Path.Combine(parent, name));
        if (Path.Exists(folder))
        {
            throw new CliException($"{folder} is there already; nothing was written.");
        }

        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "job.json"), Definition.Replace("NAME", name, StringComparison.Ordinal));
        File.WriteAllText(Path.Combine(folder, "train.py"), Program);
        return folder;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9-]{0,39}\\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Name();
}
