namespace Azure.Compute.Batch.Tests.Http;

[TestClass]
public sealed class PagingTests
{
    private const string Token = "NzI4%2BMjE%3D";

    [TestMethod]
    public async Task Pages_are_followed_by_the_link_that_the_service_gives()
    {
        await using RecordingService service = await ThreePagesAsync();

        var ids = new List<string>();
        await foreach (BatchTask task in service.Client().GetTasksAsync("j", filter: "state eq 'active'", maxresults: 2))
        {
            ids.Add(task.Id);
        }

        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, ids);
        CollectionAssert.AreEqual(
            new[]
            {
                "/jobs/j/tasks?api-version=2025-06-01&maxresults=2&$filter=state%20eq%20%27active%27",
                $"/jobs/j/tasks?api-version=2025-06-01&$skiptoken={Token}&maxresults=2",
                $"/jobs/j/tasks?api-version=2025-06-01&$skiptoken=last",
            },
            service.Requests.Select(request => request.Target.Replace("%24", "$")).ToArray());
        Assert.IsTrue(service.Requests.All(request => request.Header("Authorization")!.StartsWith("SharedKey testaccount:")));
    }

    [TestMethod]
    public async Task The_blocking_form_follows_them_too()
    {
        await using RecordingService service = await ThreePagesAsync();

        List<string> ids = [.. service.Client().GetTasks("j").Select(task => task.Id)];

        CollectionAssert.AreEqual(new[] { "a", "b", "c" }, ids);
    }

    [TestMethod]
    public async Task Reading_can_go_on_from_a_continuation_token()
    {
        await using RecordingService service = await ThreePagesAsync();
        Page<BatchTask> first = service.Client().GetTasks("j").AsPages().First();

        List<string> rest = [.. service.Client().GetTasks("j").AsPages(first.ContinuationToken).SelectMany(page => page.Values).Select(task => task.Id)];

        CollectionAssert.AreEqual(new[] { "c" }, rest);
    }

    [TestMethod]
    public async Task A_page_size_hint_is_passed_on()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """{"value":[]}"""));

        await foreach (Page<BatchPool> _ in service.Client().GetPoolsAsync(select: ["id"]).AsPages(pageSizeHint: 7))
        {
        }

        Assert.AreEqual("7", service.Request.Query["maxresults"]);
        Assert.AreEqual("id", service.Request.Query["$select"]);
    }

    [TestMethod]
    public async Task An_error_on_a_later_page_is_thrown()
    {
        await using RecordingService service = await RecordingService.StartAsync(request =>
            request.Target.Contains("skiptoken") ? Answer.Error(404, "JobNotFound") : Page(request, """[{"id":"a"}]""", "$skiptoken=x"));

        var ids = new List<string>();
        RequestFailedException e = await Assert.ThrowsExactlyAsync<RequestFailedException>(async () =>
        {
            await foreach (BatchTask task in service.Client().GetTasksAsync("j"))
            {
                ids.Add(task.Id);
            }
        });

        Assert.AreEqual("JobNotFound", e.ErrorCode);
        CollectionAssert.AreEqual(new[] { "a" }, ids);
    }

    private static Task<RecordingService> ThreePagesAsync() => RecordingService.StartAsync(request => request.Target switch
    {
        var target when target.Contains("skiptoken=last") => Page(request, """[{"id":"c"}]""", null),
        var target when target.Contains("skiptoken") => Page(request, "[]", "$skiptoken=last"),
        _ => Page(request, """[{"id":"a"},{"id":"b"}]""", $"$skiptoken={Token}&maxresults=2"),
    });

    private static Answer Page(RecordedRequest request, string values, string? next) => new(
        200,
        next is null
            ? $$"""{"value":{{values}}}"""
            : $$"""{"value":{{values}},"odata.nextLink":"http://{{request.Header("Host")}}{{request.Path}}?api-version=2025-06-01&{{next}}"}""");
}
