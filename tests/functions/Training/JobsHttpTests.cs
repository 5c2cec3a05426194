using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Training;

[TestClass]
public sealed class JobsHttpTests
{
    public required TestContext TestContext { get; init; }

    [TestMethod]
    public async Task A_job_that_is_pushed_is_listed_and_may_be_named_by_a_pipeline()
    {
        App app = await App.GetAsync();
        string name = Storage.NewName("job");

        (HttpStatusCode status, JsonNode pushed) = await PushAsync(app, name, $$"""{"name":"{{name}}","command":["python3","train.py"],"description":"mine"}""");

        Assert.AreEqual(HttpStatusCode.Created, status, pushed.ToJsonString());
        JsonNode list = JsonNode.Parse(await app.Http.GetStringAsync(new Uri("api/jobs", UriKind.Relative), TestContext.CancellationToken))!;
        JsonNode entry = list["jobs"]!.AsArray().Single(job => (string)job!["name"]! == name)!;
        Assert.AreEqual(((string)pushed["sha256"]!, "mine", false), ((string)entry["sha256"]!, (string)entry["description"]!, (bool)entry["shipped"]!));
        Assert.IsTrue(list["jobs"]!.AsArray().Any(job => (string)job!["name"]! == "probe" && (bool)job["shipped"]!));
    }

    [TestMethod]
    public async Task What_is_no_job_is_refused_with_the_reason()
    {
        App app = await App.GetAsync();

        (HttpStatusCode status, JsonNode problem) = await PushAsync(app, "my-job", """{"name":"my-job","command":["true"],"imagee":"x"}""");

        Assert.AreEqual(HttpStatusCode.BadRequest, status);
        StringAssert.Contains((string)problem["detail"]!, "did you mean 'image'?");
    }

    private async Task<(HttpStatusCode Status, JsonNode Body)> PushAsync(App app, string name, string definition)
    {
        var zip = new MemoryStream();
        using (var archive = new ZipArchive(zip, ZipArchiveMode.Create, leaveOpen: true))
        {
            using Stream file = archive.CreateEntry("job.json").Open();
            file.Write(Encoding.UTF8.GetBytes(definition));
        }

        using var content = new ByteArrayContent(zip.ToArray());
        content.Headers.ContentType = new MediaTypeHeaderValue("application/zip");
        using HttpResponseMessage response = await app.Http.PutAsync(new Uri($"api/jobs/{name}", UriKind.Relative), content, TestContext.CancellationToken);
        return (response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync(TestContext.CancellationToken))!);
    }
}
