using System.Text.Json;
using DurableMl.BatchJobs.Catalog;

namespace BatchJobs.Tests.Catalog;

[TestClass]
public sealed class JobCatalogTests
{
    [TestMethod]
    public void Every_job_in_the_repository_has_a_valid_definition_and_says_what_it_does()
    {
        var catalog = new JobCatalog();
        Assert.Contains("image-classifier", catalog.Names);
        foreach (var name in catalog.Names)
        {
            Assert.AreEqual(name, catalog.Get(name).Name);
            Assert.IsTrue(File.Exists(Path.Combine(Repository.Root, "batch-jobs", "jobs", name, "README.md")), $"{name}/README.md is missing");
        }
    }

    [TestMethod]
    public void A_jobs_files_include_the_runner_and_what_it_shares()
    {
        var catalog = new JobCatalog();
        string[] files = [.. catalog.Files("image-classifier"), .. catalog.SharedFiles(catalog.Get("image-classifier"))];
        foreach (var file in new[] { "jobs/image-classifier/train.py", "jobs/image-classifier/job.json", "runner/runner.py", "training/loop.py" })
        {
            Assert.Contains(file, files);
        }
    }

    [TestMethod]
    [DataRow("no-such-job")]
    [DataRow("../jobs/image-classifier")]
    [DataRow("training")]
    [DataRow("")]
    public void A_name_that_is_no_job_is_refused_with_the_names_that_are(string name)
    {
        var exception = Assert.ThrowsExactly<InvalidJobException>(() => new JobCatalog().Get(name));
        StringAssert.Contains(exception.Message, "image-classifier");
    }

    [TestMethod]
    [DataRow("""{"name":"other","command":["true"]}""", "says its name is 'other'")]
    [DataRow("""{"name":"job","command":[]}""", "has no command")]
    [DataRow("""{"name":"job"}""", "command")]
    [DataRow("""{"name":"job","command":["true"],"includes":["../secrets"]}""", "includes '../secrets'")]
    [DataRow("""{"name":"job","command":["true"],"parameters":{"rate":{"type":"number","minimum":1,"default":0}}}""", "default of parameter 'rate' must lie in [1,")]
    [DataRow("""{"name":"job","command":["true"],"parameters":{"rate":{"type":"number"}}}""", "default of parameter 'rate' is missing")]
    [DataRow("""{"name":"job","command":["true"],"parameters":{"rate":{"type":"vector","default":0}}}""", "not valid")]
    [DataRow("""{"name":"job","command":["true"],"includes":["runner"]}""", "includes 'runner'")]
    [DataRow("""{"name":"job","command":["true"],"nodes":2}""", "only where distributed is true")]
    [DataRow("""{"name":"job","command":["true"],"timeLimit":"00:00:00"}""", "timeLimit")]
    [DataRow("null", "must be an object")]
    [DataRow("""{"name":"job","command":["true"],"imagee":"x"}""", "$.imagee is not known here; did you mean 'image'?")]
    [DataRow("""{"name":"job","command":["true"],"parameters":{"rate":{"type":"number","default":0,"minimun":1}}}""", "$.parameters.rate.minimun is not known here; did you mean 'minimum'?")]
    public void A_definition_that_does_not_hold_together_is_refused_with_the_reason(string definition, string reason)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["jobs/job"]);
        File.WriteAllText(Path.Combine(folder["jobs/job"], "job.json"), definition);
        var exception = Assert.ThrowsExactly<InvalidJobException>(() => new JobCatalog(folder.Path).Get("job"));
        StringAssert.Contains(exception.Message, reason);
    }

    [TestMethod]
    [DataRow("learning_rate", "0.01", null)]
    [DataRow("batch_size", "64.0", null)]
    [DataRow("learning_rate", "-1", "must lie in [1E-06, 10]")]
    [DataRow("learning_rate", "\"fast\"", "must be of type number")]
    [DataRow("channels", "2.5", "must be of type integer")]
    [DataRow("optimizer", "\"adam9\"", "must be one of adamw, sgd")]
    [DataRow("momentum", "0.9", "is not a parameter of image-classifier")]
    public void Parameters_are_checked_before_anything_is_submitted(string name, string value, string? reason)
    {
        var parameters = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { [name] = JsonSerializer.Deserialize<JsonElement>(value) };
        var reasons = new JobCatalog().Get("image-classifier").Check(parameters);
        if (reason is null)
        {
            Assert.IsEmpty(reasons);
        }
        else
        {
            StringAssert.Contains(reasons[name], reason);
        }
    }
}
