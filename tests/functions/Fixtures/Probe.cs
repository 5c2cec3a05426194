using System.Text.Json;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Samplers;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Fixtures;

/// <summary>A training job that does what its parameter says, without training: ends well, is hopeless, fails, never ends, or ends on dedicated nodes only.</summary>
internal static class Probe
{
    private const string Script =
        """
        import base64, json, os, sys, time

        with open(os.environ["DML_PARAMS"]) as file:
            parameters = json.load(file)
        mode = parameters.get("mode", "ok")
        print("TRACEPARENT", os.environ.get("TRACEPARENT"))
        output = os.environ["DML_OUTPUT"]
        with open(os.path.join(output, "metrics.jsonl"), "a") as file:
            file.write(json.dumps({"epoch": 1, "validation_accuracy": 0.5}) + "\n")
        if mode == "hopeless":
            print("loss is not a number", file=sys.stderr)
            sys.exit(64)
        if mode == "fails":
            print("out of luck", file=sys.stderr)
            sys.exit(3)
        while mode == "hangs" or (mode == "dedicated" and os.environ["AZ_BATCH_NODE_IS_DEDICATED"] != "true"):
            time.sleep(1)
        with open("model.json") as file:
            model = base64.b64decode(json.load(file)["base64"])
        with open(os.path.join(output, "model.onnx"), "wb") as file:
            file.write(model)
        with open(os.path.join(output, "metrics.jsonl"), "a") as file:
            file.write(json.dumps({"epoch": int(os.environ["DML_BUDGET"]), "validation_accuracy": 0.9}) + "\n")
        """;

    /// <summary>Puts the job, and the runner that every job needs, into a folder of jobs.</summary>
    public static void Install(string jobs)
    {
        foreach (string file in Directory.EnumerateFiles(Path.Combine(Repository.Root, "batch-jobs", "runner"), "*.py"))
        {
            Directory.CreateDirectory(Path.Combine(jobs, "runner"));
            File.Copy(file, Path.Combine(jobs, "runner", Path.GetFileName(file)));
        }

        string folder = Directory.CreateDirectory(Path.Combine(jobs, "jobs", "probe")).FullName;
        File.WriteAllText(Path.Combine(folder, "probe.py"), Script);
        File.WriteAllText(Path.Combine(folder, "model.json"), JsonSerializer.Serialize(new { base64 = Convert.ToBase64String(RowModel.Create()) }));
        File.WriteAllText(
            Path.Combine(folder, "job.json"),
            """
            {
              "name": "probe",
              "command": ["python3", "probe.py"],
              "image": "durableml/probe:1",
              "distributed": true,
              "parameters": { "mode": { "type": "string", "values": ["ok", "hopeless", "fails", "hangs", "dedicated"], "default": "ok" } }
            }
            """);
    }

    /// <summary>A pipeline whose trials are in the given modes, in any order.</summary>
    public static JsonObject Pipeline(RawDataset raw, params string[] modes) => new()
    {
        ["name"] = raw.Name,
        ["dataset"] = new JsonObject { ["name"] = raw.Name, ["format"] = "idx", ["source"] = $"raw/{raw.Name}/", ["shards"] = 2 },
        ["sweep"] = new JsonObject
        {
            ["job"] = "probe",
            ["trials"] = modes.Length,
            ["seed"] = SeedFor(modes),
            ["budget"] = 2,
            ["repeats"] = true,
            ["objective"] = new JsonObject { ["metric"] = "validation_accuracy" },
            ["parameters"] = new JsonObject { ["mode"] = ModeParameter(modes) },
            ["maxFailedTrials"] = modes.Count(mode => mode != "ok"),
            ["retries"] = new JsonObject { ["failures"] = 1 },
            ["timeLimit"] = "PT10M",
        },
        ["publish"] = new JsonObject { ["model"] = raw.Name, ["alias"] = "champion" },
    };

    private static JsonObject ModeParameter(string[] modes) => new() { ["type"] = "choice", ["values"] = new JsonArray([.. modes.Distinct().Select(mode => JsonValue.Create(mode))]) };

    /// <summary>Random search draws what it likes; so a seed is looked for with which it likes what the test needs.</summary>
    private static long SeedFor(string[] modes)
    {
        JsonElement[] values = [.. modes.Distinct().Select(mode => JsonSerializer.SerializeToElement(mode))];
        var space = new Dictionary<string, ParameterDefinition>(StringComparer.Ordinal) { ["mode"] = new(ParameterKind.Choice, 0, 0, values) };
        string[] wanted = [.. modes.Order(StringComparer.Ordinal)];
        return Enumerable.Range(0, 100_000).First(seed =>
            Enumerable.Range(0, modes.Length).Select(trial => new RandomSampler(new SearchSpace(space), seed).Sample(trial, [])["mode"].GetString()!).Order(StringComparer.Ordinal).SequenceEqual(wanted));
    }
}
