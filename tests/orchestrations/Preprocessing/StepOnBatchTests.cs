using System.Text;
using DurableMl.BatchJobs.Catalog;
using DurableMl.Orchestrations.Preprocessing;
using Orchestrations.Tests.Fixtures;
using Orchestrations.Tests.Training;

namespace Orchestrations.Tests.Preprocessing;

/// <summary>A job between source and shards with nothing scripted: pushed as users push theirs, run by the runner on a node of the Batch emulator.</summary>
[TestClass]
public sealed class StepOnBatchTests
{
    private const string Cleaner = """
        import json, os, sys
        unknown = json.load(open(os.environ["DML_PARAMS"])).get("unknown", "?")
        rows = []
        for folder, _, names in sorted(os.walk(os.environ["DML_DATASET"])):
            for name in sorted(names):
                if name.endswith(".txt"):
                    with open(os.path.join(folder, name), encoding="utf-8") as file:
                        rows += [line.split() for line in file]
        rows = [row for row in rows if row[1] != unknown]
        if not rows:
            print("no row has a kind", file=sys.stderr)
            sys.exit(64)
        os.makedirs(os.path.join(os.environ["DML_OUTPUT"], "clean"))
        with open(os.path.join(os.environ["DML_OUTPUT"], "clean", "rows.csv"), "w", encoding="utf-8") as table:
            table.write("number,kind\n" + "".join("%s,%s\n" % (number, kind) for number, kind in rows))
        """;

    [TestMethod]
    public async Task A_job_of_ones_own_cleans_raw_files_on_a_node_and_its_refusal_fails_the_dataset()
    {
        await using TrainingCluster cluster = await TrainingCluster.StartAsync();
        string job = Storage.NewName("cleaner");
        await PushAsync(cluster, job);
        RawDataset raw = await RawDataset.EmptyAsync();
        await raw.PutAsync("first day.txt", Lines(0, 80));
        await raw.PutAsync("later/ä + b.txt", Lines(80, 120));
        var preparation = new DatasetPreparation { Training = cluster.Register };

        DatasetReference dataset = await preparation.PrepareAsync(StepTests.Definition(raw.Name, $$"""[{"job": "{{job}}", "on": "batch"}]"""));
        string refusal = await preparation.FailAsync(StepTests.Definition((await UnknownAsync()).Name, $$"""[{"job": "{{job}}", "on": "batch", "parameters": {"unknown": "odd"} }]"""));

        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);
        Assert.AreEqual(90, dataset.Examples, "every fourth of 120 rows has no kind");
        CollectionAssert.AreEqual(new[] { "even", "odd" }, manifest.Targets![0].Labels!.ToArray());
        Assert.StartsWith($"dataset.steps[0]: the job {job} failed: ", refusal);
        Assert.Contains("no row has a kind", refusal);
        await Eventually.TrueAsync(async () => await cluster.Batch.GetJobsAsync().CountAsync() == 0, "the steps' Batch jobs are gone");
        Assert.IsEmpty(cluster.TaskProcesses());
    }

    private static byte[] Lines(int from, int to) => Encoding.UTF8.GetBytes(
        string.Concat(Enumerable.Range(from, to - from).Select(i => $"{i} {(i % 4 == 3 ? "?" : i % 2 == 0 ? "even" : "odd")}\n")));

    private static async Task<RawDataset> UnknownAsync()
    {
        RawDataset raw = await RawDataset.EmptyAsync();
        await raw.PutAsync("a.txt", "1 odd\n"u8.ToArray());
        return raw;
    }

    private static async Task PushAsync(TrainingCluster cluster, string job)
    {
        byte[] definition = Encoding.UTF8.GetBytes(
            $$"""{"name": "{{job}}", "command": ["python3", "clean.py"], "parameters": {"unknown": {"type": "string", "default": "?"} } }""");
        await cluster.Training.Library.PushAsync(new JobPackage(
            new JobCatalog().Read(job, definition),
            new Dictionary<string, ReadOnlyMemory<byte>> { [JobDefinition.File] = definition, ["clean.py"] = Encoding.UTF8.GetBytes(Cleaner) }));
    }
}
