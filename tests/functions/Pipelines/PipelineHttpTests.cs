using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using DurableMl.Orchestrations.Pipelines;
using Functions.Tests.Fixtures;
using Orchestrations.Tests.Fixtures;

namespace Functions.Tests.Pipelines;

[TestClass]
public sealed class PipelineHttpTests
{
    [TestMethod]
    public async Task An_invalid_pipeline_is_answered_with_every_path_and_reason()
    {
        (HttpStatusCode status, string? type, JsonNode body) = await PostAsync("api/pipelines", """{"name":"UPPER","dataset":{"name":"a","format":"csv","source":"raw/a/"},"sweep":{"job":"probe"},"more":1}""");

        Assert.AreEqual(HttpStatusCode.BadRequest, status);
        Assert.AreEqual("application/problem+json", type);
        Assert.AreEqual(400, body["status"]!.GetValue<int>());
        string[] paths = [.. body["errors"]!.AsArray().Select(error => error!["path"]!.GetValue<string>())];
        CollectionAssert.IsSubsetOf(new[] { "$.name", "$.dataset.format", "$.sweep.trials", "$.sweep.budget", "$.sweep.objective", "$.publish", "$.more" }, paths);
        Assert.IsTrue(body["errors"]!.AsArray().All(error => error!["reason"]!.GetValue<string>().Length > 0));
    }

    [TestMethod]
    public async Task A_job_that_does_not_exist_is_refused_at_once()
    {
        RawDataset raw = await RawDataset.UploadAsync();
        JsonObject pipeline = Probe.Pipeline(raw, "ok");
        pipeline["sweep"]!["job"] = "no-such-job";

        (HttpStatusCode status, _, JsonNode body) = await PostAsync("api/pipelines", pipeline.ToJsonString());

        Assert.AreEqual(HttpStatusCode.BadRequest, status);
        Assert.AreEqual("$.sweep.job", body["errors"]![0]!["path"]!.GetValue<string>());
    }

    [TestMethod]
    [DataRow("api/pipelines", "text/plain")]
    [DataRow("api/pipelines", "application/x-www-form-urlencoded")]
    [DataRow("api/pipelines", null)]
    [DataRow("api/pipelines/any/approval", "text/plain")]
    [DataRow("api/feedback", "multipart/form-data; boundary=x")]
    public async Task What_a_web_page_may_send_without_asking_starts_and_decides_nothing(string path, string? type)
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Probe.Pipeline(raw, "ok").ToJsonString()));
        if (type is not null)
        {
            content.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using HttpResponseMessage response = await app.Http.PostAsync(new Uri(path, UriKind.Relative), content);

        Assert.AreEqual((HttpStatusCode.UnsupportedMediaType, "application/problem+json"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        StringAssert.Contains((string)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["detail"]!, "application/json");
        Assert.DoesNotContain(raw.Name, await app.Http.GetStringAsync(new Uri("api/pipelines", UriKind.Relative)));
    }

    [TestMethod]
    public async Task A_body_that_is_too_long_is_refused()
    {
        (HttpStatusCode status, _, _) = await PostAsync("api/pipelines", new string(' ', PipelineReader.MaxBytes + 1));

        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, status);
    }

    [TestMethod]
    [DataRow("A")]
    [DataRow("a/b")]
    [DataRow("")]
    public async Task A_wrong_run_id_is_refused(string runId)
    {
        (HttpStatusCode status, _, _) = await PostAsync($"api/pipelines?runId={Uri.EscapeDataString(runId)}", "{}");

        Assert.AreEqual(HttpStatusCode.BadRequest, status);
    }

    [TestMethod]
    public async Task A_run_that_does_not_exist_is_not_found()
    {
        App app = await App.GetAsync();
        using HttpResponseMessage read = await app.Http.GetAsync(new Uri("api/pipelines/no-such-run", UriKind.Relative));
        (HttpStatusCode cancelled, _, _) = await PostAsync("api/pipelines/no-such-run/cancel", "");
        (HttpStatusCode decided, _, _) = await PostAsync("api/pipelines/no-such-run/approval", """{"approved":true}""");

        Assert.AreEqual((HttpStatusCode.NotFound, HttpStatusCode.NotFound, HttpStatusCode.NotFound), (read.StatusCode, cancelled, decided));
    }

    [TestMethod]
    public async Task A_started_run_has_the_durable_status_URLs_is_listed_and_its_id_is_taken()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        string id = Storage.NewName("run");
        using var content = new StringContent(Probe.Pipeline(raw, "ok").ToJsonString(), Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await app.Http.PostAsync(new Uri($"api/pipelines?runId={id}", UriKind.Relative), content);
        JsonNode payload = JsonNode.Parse(await response.Content.ReadAsStringAsync())!;

        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        Assert.AreEqual(id, payload["id"]!.GetValue<string>());
        Assert.IsNotNull(response.Headers.Location);
        using HttpResponseMessage status = await app.Http.GetAsync(new Uri(payload["statusQueryGetUri"]!.GetValue<string>()));
        Assert.IsTrue(status.IsSuccessStatusCode, payload.ToJsonString());

        (HttpStatusCode again, _, _) = await PostAsync($"api/pipelines?runId={id}", Probe.Pipeline(raw, "ok").ToJsonString());
        Assert.AreEqual(HttpStatusCode.Conflict, again);

        JsonObject run = await app.EndAsync(id);
        Assert.AreEqual(raw.Name, run["name"]!.GetValue<string>());
        JsonNode list = JsonNode.Parse(await app.Http.GetStringAsync(new Uri("api/pipelines", UriKind.Relative)))!;
        JsonNode[] runs = [.. list["runs"]!.AsArray().Select(entry => entry!)];
        Assert.AreEqual(1, runs.Count(entry => entry["runId"]!.GetValue<string>() == id));
        Assert.IsTrue(runs.All(entry => !entry["runId"]!.GetValue<string>().Contains(':', StringComparison.Ordinal)), "sub-orchestrations are no runs");
    }

    [TestMethod]
    public async Task A_person_approves_over_HTTP_and_nothing_else_counts_as_a_word()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        JsonObject pipeline = Probe.Pipeline(raw, "ok");
        pipeline["approve"] = new JsonObject { ["deadline"] = "PT1H" };
        string id = await app.StartRunAsync(pipeline);
        await app.UntilAsync(id, run => run["customStatus"]?["phase"]?.GetValue<string>() == "approve");

        (HttpStatusCode wrong, _, _) = await PostAsync($"api/pipelines/{id}/approval", """{"approved":"yes"}""");
        (HttpStatusCode unknown, _, _) = await PostAsync($"api/pipelines/{id}/approval", """{"approved":true,"who":"me"}""");
        (HttpStatusCode missing, _, _) = await PostAsync($"api/pipelines/{id}/approval", "{}");
        (HttpStatusCode right, _, _) = await PostAsync($"api/pipelines/{id}/approval", """{"approved":true,"by":"Ada"}""");

        Assert.AreEqual(
            (HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest, HttpStatusCode.Accepted), (wrong, unknown, missing, right));
        JsonObject run = await app.EndAsync(id);
        Assert.AreEqual("Ada", run["output"]!["approval"]!["by"]!.GetValue<string>());
    }

    [TestMethod]
    public async Task A_person_steers_a_sweep_over_HTTP_and_the_report_says_who()
    {
        App app = await App.GetAsync();
        RawDataset raw = await RawDataset.UploadAsync();
        string id = await app.StartRunAsync(Probe.Pipeline(raw, "ok", "hangs"));
        await app.UntilAsync(id, run => run["customStatus"]?["best"] is not null && run["customStatus"]!["done"]!.GetValue<int>() == 1);

        (HttpStatusCode none, _, _) = await PostAsync("api/pipelines/no-such-run/sweep", """{"action":"pause"}""");
        (HttpStatusCode wrong, _, JsonNode body) = await PostAsync($"api/pipelines/{id}/sweep", """{"action":"add","parameters":{"mod":"ok"}}""");
        (HttpStatusCode unknown, _, _) = await PostAsync($"api/pipelines/{id}/sweep", """{"action":"halt"}""");
        (HttpStatusCode added, _, JsonNode decision) = await PostAsync($"api/pipelines/{id}/sweep", """{"action":"add","parameters":{"mode":"ok"},"by":"Ada","comment":"once more"}""");
        await app.UntilAsync(id, run => run["customStatus"]!["sweep"]!["decisions"]!.AsArray().Any(one => one!["id"]!.GetValue<string>() == decision["id"]!.GetValue<string>()));
        await app.UntilAsync(id, run => run["customStatus"]!["done"]!.GetValue<int>() == 2);
        (HttpStatusCode stopped, _, _) = await PostAsync($"api/pipelines/{id}/sweep", """{"action":"stop","by":"Ada"}""");
        JsonObject run = await app.EndAsync(id);
        (HttpStatusCode late, _, _) = await PostAsync($"api/pipelines/{id}/sweep", """{"action":"pause"}""");

        Assert.AreEqual((HttpStatusCode.NotFound, HttpStatusCode.BadRequest, HttpStatusCode.BadRequest), (none, wrong, unknown));
        Assert.AreEqual((HttpStatusCode.Accepted, HttpStatusCode.Accepted, HttpStatusCode.Conflict), (added, stopped, late));
        Assert.AreEqual("$.parameters.mod", body["errors"]![0]!["path"]!.GetValue<string>());
        JsonNode output = run["output"]!;
        Assert.AreEqual(("published", "stopped by Ada", 3), (output["state"]!.GetValue<string>(), output["sweepFinished"]!.GetValue<string>(), output["trials"]!.AsArray().Count), run.ToJsonString());
        JsonNode kept = output["decisions"]![0]!;
        Assert.AreEqual(("Ada", "once more"), (kept["by"]!.GetValue<string>(), kept["comment"]!.GetValue<string>()));
        Assert.IsNotNull(kept["at"]);
    }

    private static async Task<(HttpStatusCode Status, string? Type, JsonNode Body)> PostAsync(string path, string body)
    {
        App app = await App.GetAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using HttpResponseMessage response = await app.Http.PostAsync(new Uri(path, UriKind.Relative), content);
        return (response.StatusCode, response.Content.Headers.ContentType?.MediaType, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
    }
}
