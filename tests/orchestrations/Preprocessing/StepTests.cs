using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Azure.Storage.Blobs;
using DurableMl.BatchJobs.Outcomes;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Orchestrations.Blobs;
using DurableMl.Orchestrations.Pipelines;
using DurableMl.Orchestrations.Preprocessing;
using DurableMl.Orchestrations.Training;
using Orchestrations.Tests.Fixtures;

namespace Orchestrations.Tests.Preprocessing;

/// <summary>Jobs between the sources and the shards; what a node does is scripted.</summary>
[TestClass]
public class StepTests
{
    [TestMethod]
    public async Task What_jobs_leave_takes_the_place_of_the_raw_files_one_after_the_other()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        await blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
        RawDataset raw = await RawDataset.EmptyAsync();
        await raw.PutAsync("dirty.txt", "odd 1\neven 2\n"u8.ToArray());
        // The first job makes lines of it, the second a table of what it is given.
        var training = new ScriptedTraining((attempt, _) =>
        {
            string[] given = [.. Given(blobs, attempt)];
            TrialFolder.Write(
                blobs, attempt, null, attempt.Job == "line-maker"
                    ? [("lines.txt", Encoding.UTF8.GetBytes(given.Single())), ("metrics.jsonl", "{}"u8.ToArray())]
                    : [("rows/a.csv", Encoding.UTF8.GetBytes("n,kind\n" + string.Concat(Enumerable.Range(0, 100).Select(i => $"{i},{given[0].Split('\n')[i % 2].Split(' ')[0]}\n"))))]);
            return ScriptedTraining.Over(TrialOutcomeKind.Succeeded);
        }) { Blobs = blobs };
        var preparation = new DatasetPreparation { Training = training.Register };
        DatasetDefinition definition = Definition(raw.Name, """[{"job": "line-maker", "on": "batch", "parameters": {"depth": 3}}, {"job": "table-maker", "timeLimit": "PT1H"}]""");

        DatasetReference dataset = await preparation.PrepareAsync(definition);
        DatasetReference again = await preparation.PrepareAsync(definition);

        Assert.AreEqual(100, dataset.Examples);
        Assert.AreEqual(dataset with { Reused = true }, again, "what the jobs made was the same");
        CollectionAssert.AreEqual(new[] { "line-maker", "table-maker" }, training.Submitted.Take(2).Select(attempt => attempt.Job).ToArray());
        Assert.AreEqual(3, training.Submitted.First().Parameters["depth"].GetInt32());
        Assert.IsTrue(training.Submitted.All(attempt => training.CleanedUp.Contains(attempt.RunId)), "no Batch job is left");
        (DatasetManifest manifest, _) = await DatasetPreparation.ManifestAsync(dataset);
        CollectionAssert.AreEqual(new[] { "even", "odd" }, manifest.Targets![0].Labels!.ToArray());
    }

    [TestMethod]
    public async Task A_job_that_fails_or_leaves_nothing_fails_the_dataset_with_its_reason()
    {
        BlobServiceClient blobs = await Storage.BlobsAsync();
        await blobs.GetBlobContainerClient("runs").CreateIfNotExistsAsync();
        RawDataset raw = await RawDataset.EmptyAsync();
        await raw.PutAsync("dirty.txt", "odd 1\n"u8.ToArray());
        DatasetDefinition definition = Definition(raw.Name, """[{"job": "my-cleaner"}]""");
        var hopeless = new ScriptedTraining((_, _) => ScriptedTraining.Over(TrialOutcomeKind.NonRetryable, message: "no such column")) { Blobs = blobs };
        var idle = new ScriptedTraining((attempt, _) =>
        {
            TrialFolder.Write(blobs, attempt, null);
            return ScriptedTraining.Over(TrialOutcomeKind.Succeeded);
        }) { Blobs = blobs };

        Assert.StartsWith("dataset.steps[0]: the job my-cleaner failed: ", await new DatasetPreparation { Training = hopeless.Register }.FailAsync(definition));
        Assert.StartsWith("dataset.steps[0]: the job my-cleaner left no files", await new DatasetPreparation { Training = idle.Register }.FailAsync(definition));
    }

    [TestMethod]
    [DataRow("""[{"job": "My Cleaner"}]""", "$.dataset.steps[0].job")]
    [DataRow("""[{"job": "shell", "on": "moon"}]""", "$.dataset.steps[0].on")]
    [DataRow("""[{"job": "shell", "parameters": {"a": [1]}}]""", "$.dataset.steps[0].parameters.a")]
    [DataRow("""[{"job": "shell", "image": "x"}]""", "$.dataset.steps[0].image")]
    [DataRow("[]", "$.dataset.steps")]
    public void A_step_that_cannot_be_is_refused_with_its_path(string steps, string path)
    {
        JsonObject pipeline = PipelineJson.Example();
        pipeline["dataset"]!["steps"] = JsonNode.Parse(steps);

        Assert.AreEqual(path, PipelineJson.Read(pipeline).Errors[0].Path);
    }

    [TestMethod]
    [DataRow("""[{"job": "no-such-job"}]""", "$.dataset.steps[0].job")]
    [DataRow("""[{"job": "shell", "parameters": {"pause": 1}}]""", "$.dataset.steps[0].parameters.pause")]
    public async Task A_job_that_is_not_there_or_would_refuse_its_parameters_is_told_before_the_run(string steps, string path)
    {
        var jobs = new JobLibrary(await Storage.BlobsAsync(), new JobCatalog(Path.Combine(Repository.Root, "batch-jobs")));
        PipelineDefinition pipeline = PipelineJson.Definition(json => json["dataset"]!["steps"] = JsonNode.Parse(steps));

        IReadOnlyList<PipelineError> errors = await PipelineCheck.CheckAsync(pipeline, jobs, CancellationToken.None);

        Assert.AreEqual(path, errors.Single().Path);
    }

    /// <summary>A table of one source, whose column <c>kind</c> is predicted, behind steps.</summary>
    internal static DatasetDefinition Definition(string name, string steps) => PipelineJson.Definition(pipeline => pipeline["dataset"] = new JsonObject
    {
        ["name"] = name, ["format"] = "table", ["source"] = $"raw/{name}/", ["target"] = "kind", ["steps"] = JsonNode.Parse(steps),
    }).Dataset;

    /// <summary>The files that a job finds on its node, as the runner brings them: those of the manifest.</summary>
    private static IEnumerable<string> Given(BlobServiceClient blobs, TrialAttempt attempt)
    {
        string folder = $"{attempt.Dataset}/{attempt.DatasetVersion}/";
        BlobContainerClient datasets = blobs.GetBlobContainerClient("datasets");
        JsonElement manifest = datasets.GetBlobClient(folder + "manifest.json").DownloadContent().Value.Content.ToObjectFromJson<JsonElement>(JsonBlobs.Options);
        foreach (JsonElement shard in manifest.GetProperty("splits").GetProperty("source").GetProperty("shards").EnumerateArray())
        {
            yield return datasets.GetBlobClient(folder + shard.GetProperty("features").GetProperty("file").GetString()).DownloadContent().Value.Content.ToString();
        }
    }
}
