using System.Security.Cryptography;
using System.Text;

namespace Azure.Compute.Batch.Tests.Http;

[TestClass]
public sealed class SharedKeyPolicyTests
{
    [TestMethod]
    public async Task A_request_with_a_body_is_signed()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(201));

        await service.Client().CreateJobAsync(new BatchJobCreateOptions("j", new BatchPoolInfo { PoolId = "p" }));

        RecordedRequest request = service.Request;
        string toSign = string.Join(
            '\n',
            "POST",
            "", // Content-Encoding
            "", // Content-Language
            request.Body.Length.ToString(),
            "", // Content-MD5
            "application/json; odata=minimalmetadata",
            "", // Date
            "", // If-Modified-Since
            "", // If-Match
            "", // If-None-Match
            "", // If-Unmodified-Since
            "", // Range
            "ocp-date:" + request.Header("ocp-date"),
            "/testaccount/jobs",
            "api-version:2025-06-01");
        Assert.AreEqual(Sign(toSign, RecordingService.Key), request.Header("Authorization"));
    }

    [TestMethod]
    public async Task Query_conditions_and_range_are_part_of_the_signature()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, "x"));
        var since = new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

        await service.Client().GetTaskFileAsync(
            "j", "t", "wd/out put.txt", TimeSpan.FromSeconds(7), requestConditions: new RequestConditions { IfModifiedSince = since }, ocpRange: "bytes=0-9");

        RecordedRequest request = service.Request;
        Assert.AreEqual("/jobs/j/tasks/t/files/wd%2Fout%20put.txt", request.Path);
        string toSign = string.Join(
            '\n',
            "GET", "", "", "", "", "", "",
            "Fri, 02 Jan 2026 03:04:05 GMT",
            "", "", "", "",
            "ocp-date:" + request.Header("ocp-date"),
            "ocp-range:bytes=0-9",
            "/testaccount/jobs/j/tasks/t/files/wd%2Fout%20put.txt",
            "api-version:2025-06-01",
            "timeout:7");
        Assert.AreEqual(Sign(toSign, RecordingService.Key), request.Header("Authorization"));
    }

    [TestMethod]
    public async Task Query_values_are_signed_decoded_and_in_order_of_their_names()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200, """{"value":[]}"""));

        await foreach (BatchJob _ in service.Client().GetJobsAsync(filter: "state eq 'active' and id ne 'a+b&c'", select: ["id", "state"], maxresults: 10))
        {
            Assert.Fail("There are no jobs.");
        }

        RecordedRequest request = service.Request;
        string toSign = string.Join(
            '\n',
            "GET", "", "", "", "", "", "", "", "", "", "", "",
            "ocp-date:" + request.Header("ocp-date"),
            "/testaccount/jobs",
            "$filter:state eq 'active' and id ne 'a+b&c'",
            "$select:id,state",
            "api-version:2025-06-01",
            "maxresults:10");
        Assert.AreEqual(Sign(toSign, RecordingService.Key), request.Header("Authorization"));
    }

    [TestMethod]
    public async Task A_post_without_a_body_signs_no_length()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(204));

        await service.Client().TerminateTaskAsync("j", "t");

        RecordedRequest request = service.Request;
        string toSign = string.Join(
            '\n',
            "POST", "", "", "", "", "", "", "", "", "", "", "",
            "ocp-date:" + request.Header("ocp-date"),
            "/testaccount/jobs/j/tasks/t/terminate",
            "api-version:2025-06-01");
        Assert.AreEqual(Sign(toSign, RecordingService.Key), request.Header("Authorization"));
    }

    [TestMethod]
    public async Task A_key_that_is_rolled_over_is_used_from_the_next_request_on()
    {
        await using RecordingService service = await RecordingService.StartAsync(new Answer(200));
        string newKey = Convert.ToBase64String("another key"u8);
        var credential = new AzureNamedKeyCredential(RecordingService.Account, RecordingService.Key);
        var client = new BatchClient(service.Endpoint, credential);

        await client.PoolExistsAsync("p");
        credential.Update(RecordingService.Account, newKey);
        await client.PoolExistsAsync("p");

        foreach ((RecordedRequest request, string key) in service.Requests.Zip([RecordingService.Key, newKey]))
        {
            string toSign = "HEAD\n\n\n\n\n\n\n\n\n\n\n\nocp-date:" + request.Header("ocp-date") + "\n/testaccount/pools/p\napi-version:2025-06-01";
            Assert.AreEqual(Sign(toSign, key), request.Header("Authorization"));
        }
    }

    private static string Sign(string text, string key)
    {
        using var hmac = new HMACSHA256(Convert.FromBase64String(key));
        return $"SharedKey {RecordingService.Account}:{Convert.ToBase64String(hmac.ComputeHash(Encoding.UTF8.GetBytes(text)))}";
    }
}
