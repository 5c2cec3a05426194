using System.Net;
using System.Text;

namespace FunctionsHost.Tests.Http;

[TestClass]
public sealed class AdminTests
{
    [TestMethod]
    public async Task The_status_tells_state_version_uptime_and_worker()
    {
        var status = await SharedHost.Instance.StatusAsync();
        Assert.AreEqual("Running", (string?)status["state"]);
        Assert.AreEqual("host1", (string?)status["id"]);
        Assert.IsTrue((long)status["processUptime"]! > 0);
        Assert.IsTrue((bool)status["worker"]!["ready"]!);
        Assert.AreEqual(0, status["errors"]!.AsArray().Count, status.ToJsonString());
    }

    [TestMethod]
    public async Task The_list_of_functions_tells_addresses_bindings_and_which_are_disabled()
    {
        var functions = (await SharedHost.Instance.AdminAsync("admin/functions")).AsArray();
        var echo = functions.Single(function => (string)function!["name"]! == "Echo")!;
        Assert.AreEqual($"{SharedHost.Client.BaseAddress}api/echo/{{id:int}}/{{rest?}}", (string?)echo["invoke_url_template"]);
        Assert.AreEqual($"{SharedHost.Client.BaseAddress}admin/functions/Echo", (string?)echo["href"]);
        Assert.AreEqual("httpTrigger", (string?)echo["config"]!["bindings"]![0]!["type"]);
        Assert.IsFalse((bool)echo["isDisabled"]!);
        Assert.IsTrue((bool)functions.Single(function => (string)function!["name"]! == SharedHost.DisabledFunction)!["isDisabled"]!);

        var timer = await SharedHost.Instance.AdminAsync("admin/functions/EverySecond");
        Assert.IsNull(timer["invoke_url_template"]);
    }

    [TestMethod]
    public async Task Ping_needs_no_key()
    {
        using var response = await SharedHost.Client.GetAsync(new Uri("admin/host/ping", UriKind.Relative));
        Assert.AreEqual(HttpStatusCode.OK, response.StatusCode);
    }

    [TestMethod]
    [DataRow("OnCopy", "copies", "by hand", DisplayName = "text")]
    [DataRow("OnOrder", "orders", "hand=4", DisplayName = "a type of the app's")]
    [DataRow("Yearly", "yearly", "late=False", DisplayName = "a timer")]
    public async Task A_function_can_be_run_by_hand(string function, string record, string expected)
    {
        var input = function == "OnOrder" ? """{\"Id\":\"hand\",\"Count\":4}""" : "by hand";
        using var response = await PostAsync(function, $$"""{"input":"{{input}}"}""");
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        await SharedHost.Instance.RecordedAsync(record, expected);
    }

    [TestMethod]
    [DataRow("Nobody", "{}", HttpStatusCode.NotFound)]
    [DataRow("Echo", "{}", HttpStatusCode.BadRequest)]
    [DataRow("Greetings", "{}", HttpStatusCode.BadRequest)]
    [DataRow("OnText", "no JSON", HttpStatusCode.BadRequest)]
    public async Task What_cannot_be_run_by_hand_is_refused(string function, string body, HttpStatusCode expected)
    {
        using var response = await PostAsync(function, body);
        Assert.AreEqual(expected, response.StatusCode);
    }

    private static Task<HttpResponseMessage> PostAsync(string function, string body)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"admin/functions/{function}")
        {
            Headers = { { "x-functions-key", SharedHost.Instance.MasterKey } },
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return SharedHost.Client.SendAsync(request);
    }
}
