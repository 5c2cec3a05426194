using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;

namespace FunctionsHost.Tests.Http;

[TestClass]
public sealed class HttpTriggerTests
{
    private static RunningHost host = null!;

    [ClassInitialize]
    public static async Task StartAsync(TestContext _) =>
        host = await RunningHost.StartAsync([typeof(HttpFunctions)], [], builder => builder.Services.AddSingleton<Clock>());

    [ClassCleanup]
    public static async Task StopAsync() => await host.DisposeAsync();

    [TestMethod]
    public async Task An_instance_function_gets_its_services_and_route_values_by_name()
    {
        JsonElement body = await host.Http.GetFromJsonAsync<JsonElement>("/api/hello/ada?q=x%20y");
        Assert.AreEqual("hello ada at noon", body.GetProperty("greeting").GetString());
        Assert.AreEqual("x y", body.GetProperty("query").GetString());
    }

    [TestMethod]
    [DataRow("/api/models/mnist/versions/12", "12")]
    [DataRow("/api/models/mnist/versions", "null")]
    public async Task An_optional_constrained_route_value_binds_to_a_nullable_parameter(string path, string version)
    {
        JsonElement body = await host.Http.GetFromJsonAsync<JsonElement>(path);
        Assert.AreEqual(version, body.GetProperty("version").GetRawText());
    }

    [TestMethod]
    public async Task A_route_value_that_breaks_its_constraint_is_not_found()
    {
        using HttpResponseMessage response = await host.Http.GetAsync("/api/models/mnist/versions/latest");
        Assert.AreEqual(HttpStatusCode.NotFound, response.StatusCode);
    }

    [TestMethod]
    public async Task A_method_that_the_function_does_not_name_is_not_found()
    {
        using HttpResponseMessage response = await host.Http.DeleteAsync("/api/hello/ada");
        Assert.AreEqual(HttpStatusCode.NotFound, response.StatusCode);
    }

    [TestMethod]
    public async Task A_body_binds_as_JSON_and_an_action_result_is_executed()
    {
        using HttpResponseMessage response = await host.Http.PostAsJsonAsync("/api/order", new { item = "nut", count = 7 });
        Assert.AreEqual(HttpStatusCode.Created, response.StatusCode);
        Assert.AreEqual("/orders/nut", response.Headers.Location!.OriginalString);
        JsonElement body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.AreEqual("order", body.GetProperty("name").GetString());
        Assert.AreEqual(7, body.GetProperty("count").GetInt32());
    }

    [TestMethod]
    public async Task HttpRequestData_and_HttpResponseData_work_as_in_the_worker()
    {
        using HttpResponseMessage response = await host.Http.PutAsync("/api/raw?a=1%2B1", new StringContent("body", Encoding.UTF8));
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        Assert.AreEqual("PUT", response.Headers.GetValues("X-Method").Single());
        Assert.AreEqual("1+1", response.Headers.GetValues("X-Query").Single());
        StringAssert.StartsWith(response.Headers.GetValues("Set-Cookie").Single(), "crumb=1");
        Assert.AreEqual("body!", await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task The_worker_serializer_reads_and_writes_JSON()
    {
        using HttpResponseMessage response = await host.Http.PostAsync("/api/json-data", new StringContent("""{"item":"nut","count":2}"""));
        Assert.AreEqual("application/json; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        Assert.AreEqual("""{"Item":"nut","Count":2}""", await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    [DataRow("/api/nothing", HttpStatusCode.NoContent, "")]
    [DataRow("/api/text", HttpStatusCode.OK, "plain")]
    [DataRow("/api/object", HttpStatusCode.OK, """{"item":"bolt","count":3}""")]
    public async Task Other_results_become_responses(string path, HttpStatusCode status, string body)
    {
        using HttpResponseMessage response = await host.Http.GetAsync(path);
        Assert.AreEqual(status, response.StatusCode);
        Assert.AreEqual(body, await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task A_function_that_throws_is_a_500_that_tells_nothing()
    {
        using HttpResponseMessage response = await host.Http.GetAsync("/api/broken");
        Assert.AreEqual(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.AreEqual("", await response.Content.ReadAsStringAsync());
    }
}
