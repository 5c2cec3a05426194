using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace FunctionsHost.Tests.Http;

[TestClass]
public sealed class HttpTests
{
    private static HttpClient Client => SharedHost.Client;

    [TestMethod]
    public async Task A_request_reaches_the_function_with_route_query_headers_body_and_the_callers_address()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/echo/7/more?q=a%20b") { Content = new StringContent("text"), Headers = { { "x-test", "header" } } };
        using var response = await Client.SendAsync(request);

        var answer = await response.Content.ReadFromJsonAsync<JsonNode>();
        Assert.AreEqual(
            $$"""{"id":7,"rest":"more","method":"POST","body":"text","query":"a b","host":"{{Client.BaseAddress!.Authority}}","agent":"header"}""",
            answer!.ToJsonString());
    }

    [TestMethod]
    public async Task An_optional_part_of_a_route_may_be_left_out() =>
        Assert.IsNull((await Client.GetFromJsonAsync<JsonNode>("api/echo/7"))!["rest"]);

    [TestMethod]
    public async Task A_route_constraint_that_does_not_hold_is_404()
    {
        using var response = await Client.GetAsync(new Uri("api/echo/seven", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.NotFound, response.StatusCode);
    }

    [TestMethod]
    public async Task Another_method_is_405_and_the_answer_names_those_allowed()
    {
        using var response = await Client.DeleteAsync(new Uri("api/echo/7", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        CollectionAssert.AreEquivalent(new[] { "GET", "POST" }, response.Content.Headers.Allow.ToArray());
    }

    [TestMethod]
    public async Task A_function_that_a_setting_disables_is_404()
    {
        using var response = await Client.GetAsync(new Uri("api/disabled", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.NotFound, response.StatusCode);
    }

    [TestMethod]
    public async Task A_body_of_90_megabytes_arrives_whole()
    {
        const int length = 90_000_000;
        using var content = new ByteArrayContent(new byte[length]);
        using var response = await Client.PostAsync(new Uri("api/upload", UriKind.Relative), content);
        Assert.AreEqual("90000000", await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task The_caller_sees_the_first_part_of_an_answer_before_the_function_goes_on()
    {
        using var response = await Client.GetAsync(new Uri("api/stream", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        using var reader = new StreamReader(await response.Content.ReadAsStreamAsync());
        for (var i = 0; i < 3; i++)
        {
            Assert.AreEqual($"{i}", await reader.ReadLineAsync());
            using var signal = await Client.PostAsync(new Uri($"api/signal/stream-{i}", UriKind.Relative), null);
        }

        Assert.IsNull(await reader.ReadLineAsync());
    }

    [TestMethod]
    public async Task The_functions_token_is_cancelled_when_its_caller_has_gone()
    {
        using (var caller = new CancellationTokenSource())
        {
            var waiting = Client.GetAsync(new Uri("api/waits/abort", UriKind.Relative), caller.Token);
            await SharedHost.Instance.RecordedAsync("abort", "began");
            await caller.CancelAsync();
            await Assert.ThrowsAsync<OperationCanceledException>(() => waiting);
        }

        await SharedHost.Instance.RecordedAsync("abort", "cancelled");
    }

    [TestMethod]
    public async Task An_exception_is_500_without_its_text()
    {
        using var response = await Client.GetAsync(new Uri("api/throws", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.AreEqual("", await response.Content.ReadAsStringAsync());
        await SharedHost.Instance.LoggedAsync("a secret of the app");
    }

    [TestMethod]
    public async Task An_exception_after_the_answer_began_breaks_it_off()
    {
        using var response = await Client.GetAsync(new Uri("api/breaksoff", UriKind.Relative), HttpCompletionOption.ResponseHeadersRead);
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
        using var signal = await Client.PostAsync(new Uri("api/signal/break-off", UriKind.Relative), null);
        await Assert.ThrowsAsync<HttpRequestException>(() => response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task The_callers_trace_goes_on_in_the_function()
    {
        var trace = ActivityTraceId.CreateRandom().ToHexString();
        using var request = new HttpRequestMessage(HttpMethod.Get, "api/logs") { Headers = { { "traceparent", $"00-{trace}-00f067aa0ba902b7-01" } } };
        using var response = await Client.SendAsync(request);
        Assert.AreEqual(trace, await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task What_a_function_logs_is_in_the_hosts_log_with_level_function_and_invocation()
    {
        await Client.GetStringAsync(new Uri("api/logs", UriKind.Relative));
        await SharedHost.Instance.LoggedAsync("Hello from Logs.");
        StringAssert.Matches(
            SharedHost.Instance.Log, new(@"info Function\.Logs\.User \[Logs [0-9a-f-]{36}\]: Hello from Logs\.", default, TimeSpan.FromSeconds(10)));
    }

    [TestMethod]
    public async Task A_function_with_outputs_reads_its_body_and_answers_and_writes_them()
    {
        using var content = new StringContent("""{"text":"hej"}""", Encoding.UTF8, "application/json");
        using var response = await Client.PostAsync(new Uri("api/to-queue/ann", UriKind.Relative), content);
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        await SharedHost.Instance.RecordedAsync("out-messages", """ann:{"text":"hej"}""");
        await SharedHost.Instance.RecordedAsync("out-messages", "second");
    }

    [TestMethod]
    public async Task HttpRequestData_works_beside_ASPNET_Cores_types()
    {
        using var response = await Client.PostAsync(new Uri("api/data/7?x=1", UriKind.Relative), new StringContent("payload"));
        Assert.AreEqual(HttpStatusCode.Created, response.StatusCode);
        Assert.AreEqual("7", response.Headers.GetValues("x-id").Single());
        Assert.AreEqual("POST /api/data/7?x=1 payload", await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task A_body_over_the_limit_is_413()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "api/upload") { Content = new ByteArrayContent(new byte[110_000_000]), Headers = { ExpectContinue = true } };
        using var response = await Client.SendAsync(request);
        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }
}
