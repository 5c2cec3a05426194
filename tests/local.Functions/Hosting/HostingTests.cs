using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DurableMl.Local.Functions;
using FunctionsHost.Tests.Http;
using FunctionsHost.Tests.Timers;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace FunctionsHost.Tests.Hosting;

[TestClass]
public sealed class HostingTests
{
    private readonly Gate gate = new();
    private readonly Recorder recorder = new();

    [TestMethod]
    public async Task A_generic_host_runs_the_functions_too()
    {
        using TemporaryFolder folder = new();
        using IHost host = new HostBuilder()
            .ConfigureServices(services => services.AddSingleton(new FunctionTypes([typeof(HttpFunctions)])).AddSingleton<Clock>())
            .ConfigureAppConfiguration(c =>
                c.AddInMemoryCollection(
                    new Dictionary<string, string?> { ["AzureWebJobsScriptRoot"] = folder.Path, ["Functions:StateFolder"] = folder.Path }
                )
            )
            .ConfigureFunctionsWebApplication(worker =>
                worker.UseMiddleware(
                    async (context, next) =>
                    {
                        recorder.Add(context.FunctionDefinition.Name);
                        await next();
                    }
                )
            )
            .ConfigureAppConfiguration(c => c.AddInMemoryCollection(new Dictionary<string, string?> { ["port"] = "0" }))
            .Build();
        await host.StartAsync();
        using HttpClient http = new()
        {
            BaseAddress = new Uri(host.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()),
        };
        StringAssert.Contains(await http.GetStringAsync("/api/hello/eve"), "hello eve at noon");
        Assert.AreEqual(1, recorder.Count("hello"));
        await host.StopAsync();
    }

    [TestMethod]
    public async Task A_busy_port_is_named_in_one_line_with_the_ways_out()
    {
        using System.Net.Sockets.TcpListener other = new(IPAddress.Loopback, 0);
        other.Start();
        int port = ((IPEndPoint)other.LocalEndpoint).Port;
        Exception error = await Assert.ThrowsAsync<IOException>(() => StartAsync(("port", $"{port}")));
        StringAssert.StartsWith(error.ToString(), $"Port {port} is unavailable.");
        StringAssert.Contains(error.ToString(), "--port");
        Assert.DoesNotContain("\n", error.ToString());
    }

    [TestMethod]
    public async Task The_setting_Functions__Port_chooses_the_port()
    {
        int port = FreePort.Next();
        await using RunningHost host = await StartAsync(("port", ""), ("Functions:Port", $"{port}"));
        Assert.AreEqual(port, host.Http.BaseAddress!.Port);
        Assert.IsTrue(host.Http.BaseAddress.IsLoopback);
    }

    [TestMethod]
    public async Task A_stopping_host_lets_requests_under_way_finish()
    {
        await using RunningHost host = await StartAsync();
        Task<string> request = host.Http.GetStringAsync("/api/wait");
        await gate.Entered.Task;
        Task stop = host.StopAsync();
        Assert.IsFalse(request.IsCompleted);
        gate.Released.SetResult();
        Assert.AreEqual("waited", await request);
        await stop;
    }

    [TestMethod]
    public async Task A_caller_that_goes_away_cancels_the_function()
    {
        await using RunningHost host = await StartAsync();
        using CancellationTokenSource caller = new();
        Task request = host.Http.GetAsync("/api/until-cancelled", caller.Token);
        await gate.Entered.Task;
        await caller.CancelAsync();
        await Assert.ThrowsAsync<OperationCanceledException>(() => request);
        await Eventually.TrueAsync(() => recorder.Count("cancelled") == 1, "The cancellation");
    }

    [TestMethod]
    public async Task A_function_that_runs_longer_than_functionTimeout_is_cancelled_and_fails()
    {
        await using RunningHost host = await StartAsync(("AzureFunctionsJobHost:functionTimeout", "00:00:00.2"));
        using HttpResponseMessage response = await host.Http.GetAsync("/api/until-cancelled");
        Assert.AreEqual(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.AreEqual(1, recorder.Count("cancelled"));
    }

    [TestMethod]
    public async Task A_body_beyond_Kestrel_s_default_limit_is_taken_and_one_beyond_210_MB_is_not()
    {
        await using RunningHost host = await StartAsync();
        using HttpResponseMessage taken = await host.Http.PostAsync("/api/size", new ByteArrayContent(new byte[40_000_000]));
        Assert.AreEqual("40000000", await taken.Content.ReadAsStringAsync());
        using HttpRequestMessage huge = new(HttpMethod.Post, "/api/size") { Content = new SizedContent(211L * 1024 * 1024) };
        huge.Headers.ExpectContinue = true;
        using HttpResponseMessage refused = await host.Http.SendAsync(huge);
        Assert.AreEqual(HttpStatusCode.RequestEntityTooLarge, refused.StatusCode);
    }

    [TestMethod]
    public async Task A_function_without_methods_takes_them_all_and_a_catch_all_route_the_rest()
    {
        await using RunningHost host = await StartAsync();
        using HttpResponseMessage response = await host.Http.PutAsync("/api/any/a/b", content: null);
        Assert.AreEqual("PUT a/b", await response.Content.ReadAsStringAsync());
    }

    [TestMethod]
    public async Task Host_json_sets_the_route_prefix_and_settings_override_it()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["host.json"], """{"version":"2.0","extensions":{"http":{"routePrefix":"rest"}}}""");
        await using (RunningHost host = await RunningHost.StartAsync([typeof(GatedFunctions)], [], Services, folder))
        {
            Assert.AreEqual("GET x", await host.Http.GetStringAsync("/rest/any/x"));
        }

        await using (
            RunningHost host = await RunningHost.StartAsync(
                [typeof(GatedFunctions)],
                [("AzureFunctionsJobHost:extensions:http:routePrefix", "")],
                Services,
                folder
            )
        )
        {
            Assert.AreEqual("GET x", await host.Http.GetStringAsync("/any/x"));
        }
    }

    [TestMethod]
    public async Task A_host_json_that_is_not_JSON_is_named()
    {
        using TemporaryFolder folder = new();
        await File.WriteAllTextAsync(folder["host.json"], "{");
        InvalidOperationException error = await Assert.ThrowsExactlyAsync<InvalidOperationException>(() =>
            RunningHost.StartAsync([typeof(GatedFunctions)], [], Services, folder)
        );
        StringAssert.Contains(error.Message, folder["host.json"]);
    }

    [TestMethod]
    public async Task The_host_tells_its_state_and_its_functions()
    {
        await using RunningHost host = await StartAsync();
        JsonElement status = await host.Http.GetFromJsonAsync<JsonElement>("/admin/host/status");
        Assert.AreEqual("Running", status.GetProperty("state").GetString());
        JsonElement functions = await host.Http.GetFromJsonAsync<JsonElement>("/admin/functions");
        JsonElement any = functions.EnumerateArray().Single(f => f.GetProperty("name").GetString() == "any");
        StringAssert.EndsWith(any.GetProperty("invoke_url_template").GetString(), "/api/any/{*rest}");
        JsonElement binding = any.GetProperty("config").GetProperty("bindings")[0];
        Assert.AreEqual("httpTrigger", binding.GetProperty("type").GetString());
        Assert.AreEqual("Anonymous", binding.GetProperty("authLevel").GetString());
    }

    [TestMethod]
    [DataRow("AzureWebJobs.any.Disabled")]
    [DataRow("AzureWebJobs:any:Disabled")]
    public async Task A_disabled_function_is_not_there(string setting)
    {
        await using RunningHost host = await StartAsync((setting, "true"));
        using HttpResponseMessage response = await host.Http.GetAsync("/api/any/x");
        Assert.AreEqual(HttpStatusCode.NotFound, response.StatusCode);
    }

    [TestMethod]
    public async Task Requests_beyond_the_limit_are_answered_429()
    {
        await using RunningHost host = await StartAsync(("AzureFunctionsJobHost:extensions:http:maxOutstandingRequests", "1"));
        Task<string> first = host.Http.GetStringAsync("/api/wait");
        await gate.Entered.Task;
        using HttpResponseMessage second = await host.Http.GetAsync("/api/any/x");
        Assert.AreEqual(HttpStatusCode.TooManyRequests, second.StatusCode);
        gate.Released.SetResult();
        Assert.AreEqual("waited", await first);
    }

    [TestMethod]
    public async Task The_root_says_that_the_host_is_up()
    {
        await using RunningHost host = await StartAsync();
        StringAssert.Contains(await host.Http.GetStringAsync("/"), "up and running");
    }

    [TestMethod]
    public async Task A_timer_function_is_run_by_hand()
    {
        await using RunningHost host = await RunningHost.StartAsync(
            [typeof(TimerFunctions)],
            [
                ("AzureWebJobsStorage", Azurite.ConnectionString),
                ("EverySecond", "0 0 0 1 1 *"),
                ("AzureFunctionsWebHost:hostid", "by-hand"),
            ],
            Services
        );
        using HttpResponseMessage response = await host.Http.PostAsJsonAsync("/admin/functions/hourly", new { input = "" });
        Assert.AreEqual(HttpStatusCode.Accepted, response.StatusCode);
        await Eventually.TrueAsync(() => recorder.Count("hourly past-due=False status=False") == 1, "The run");
        using HttpResponseMessage unknown = await host.Http.PostAsJsonAsync("/admin/functions/none", new { });
        Assert.AreEqual(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    private void Services(Microsoft.Azure.Functions.Worker.Builder.FunctionsApplicationBuilder builder)
    {
        builder.Services.AddSingleton(gate);
        builder.Services.AddSingleton(recorder);
    }

    private Task<RunningHost> StartAsync(params (string, string)[] settings) =>
        RunningHost.StartAsync([typeof(GatedFunctions)], settings, Services);

    /// <summary>Declares a length; the server is to refuse before a byte of it is sent.</summary>
    private sealed class SizedContent(long length) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) =>
            throw new InvalidOperationException("The body was asked for.");

        protected override bool TryComputeLength(out long computed)
        {
            computed = length;
            return true;
        }
    }
}
