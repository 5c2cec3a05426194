using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Cli.Tests.Pipelines;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Diagnosis;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Processes;
using Microsoft.Extensions.Time.Testing;

namespace Cli.Tests.Diagnosis;

/// <summary>What doctor sees of a machine and of an app that have something wrong with them.</summary>
[TestClass]
public sealed class DoctorTests(TestContext context)
{
    private static readonly ProcessIdentity Gone = new(int.MaxValue, "long ago");

    [TestMethod]
    public async Task A_machine_that_has_what_it_needs_passes()
    {
        using var state = new TemporaryFolder();

        IReadOnlyList<Check> checks = await MachineAsync(state);

        Assert.AreEqual(CheckOutcome.Ok, checks.Single(check => check.Name == ".NET SDK").Outcome, string.Join('\n', checks));
        Assert.AreEqual(CheckOutcome.Ok, checks.Single(check => check.Name == "Node.js").Outcome, string.Join('\n', checks));
        Assert.AreEqual("none is up", checks.Single(check => check.Name == "local host").Detail);
        Assert.IsTrue(checks.All(check => check.Outcome == CheckOutcome.Ok == check.Fix is null), "what is not well has a fix");
    }

    [TestMethod]
    public async Task A_port_of_last_time_that_another_program_holds_fails()
    {
        using var state = new TemporaryFolder();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        int[] free = FreePort.Next(4);
        int held = ((IPEndPoint)other.LocalEndpoint).Port;
        new HostStateFile(state.Path).Write(new HostState { Up = Gone, Ports = new HostPorts(free[0], held, free[1], free[2], free[3]) });

        Check check = (await MachineAsync(state)).Single(check => check.Name == "ports");

        Assert.AreEqual(CheckOutcome.Failed, check.Outcome);
        StringAssert.Contains(check.Detail, $"port {held}");
        StringAssert.Contains(check.Fix!, "--azurite-blob-port");
    }

    [TestMethod]
    public async Task A_part_of_the_host_that_has_ended_and_storage_that_is_away_fail()
    {
        using var state = new TemporaryFolder();
        int[] free = FreePort.Next(5);
        new HostStateFile(state.Path).Write(new HostState
        {
            Up = ProcessIdentity.Of(Environment.ProcessId)!,
            Ports = new HostPorts(free[0], free[1], free[2], free[3], free[4]),
            Ready = true,
            Services = new Dictionary<string, ProcessIdentity>(StringComparer.Ordinal) { ["azurite"] = Gone, ["functions"] = ProcessIdentity.Of(Environment.ProcessId)! },
        });

        IReadOnlyList<Check> checks = await MachineAsync(state);

        Assert.AreEqual(CheckOutcome.Failed, checks.Single(check => check.Name == "azurite").Outcome);
        Assert.AreEqual(CheckOutcome.Ok, checks.Single(check => check.Name == "functions").Outcome);
        Assert.AreEqual(CheckOutcome.Failed, checks.Single(check => check.Name == "storage").Outcome);
    }

    [TestMethod]
    public async Task A_state_file_that_is_damaged_fails()
    {
        using var state = new TemporaryFolder();
        Directory.CreateDirectory(state["run"]);
        File.WriteAllText(state["run/up.json"], "{");

        Check check = (await MachineAsync(state)).Single(check => check.Name == "local host");

        Assert.AreEqual(CheckOutcome.Failed, check.Outcome);
        StringAssert.Contains(check.Detail, "up.json cannot be read");
    }

    [TestMethod]
    public async Task A_wrong_key_fails_and_says_where_the_right_one_goes()
    {
        var stub = new StubHandler((HttpStatusCode.OK, "{}"), (HttpStatusCode.OK, "{}"), (HttpStatusCode.Unauthorized, ""));
        using HttpClient http = stub.Client();
        http.DefaultRequestHeaders.Add(HostKey.Header, "wrong");

        Check key = (await new AppChecks(http, TimeProvider.System).RunAsync(context.CancellationToken)).Single(check => check.Name == "key");

        Assert.AreEqual((CheckOutcome.Failed, "the app does not accept it"), (key.Outcome, key.Detail));
        StringAssert.Contains(key.Fix!, "--key");
    }

    [TestMethod]
    public async Task An_app_that_is_away_or_without_its_storage_fails()
    {
        Check away = (await AppAsync(() => [null])).Single();
        Check storage = (await AppAsync(() => [(HttpStatusCode.OK, "{}"), (HttpStatusCode.OK, "{}"), (HttpStatusCode.ServiceUnavailable, "{}")])).Single(check => check.Name == "storage of the app");

        Assert.AreEqual(CheckOutcome.Failed, away.Outcome);
        StringAssert.Contains(away.Detail, "does not answer");
        Assert.AreEqual(CheckOutcome.Failed, storage.Outcome);
        StringAssert.Contains(storage.Fix!, "DataStorage");
    }

    [TestMethod]
    [DataRow(3, "Ok")]
    [DataRow(60, "Warning")]
    [DataRow(-600, "Failed")]
    public async Task A_clock_that_is_far_from_the_apps_is_told(int seconds, string expected)
    {
        var time = new FakeTimeProvider(new DateTimeOffset(2026, 1, 2, 3, 4, 5, TimeSpan.Zero));
        using var http = new HttpClient(new Dated(time.GetUtcNow().AddSeconds(seconds))) { BaseAddress = new Uri("http://host/") };

        Assert.AreEqual(expected, (await new AppChecks(http, time).RunAsync(context.CancellationToken)).Single(check => check.Name == "clock").Outcome.ToString());
    }

    [TestMethod]
    public async Task An_app_of_another_version_is_told()
    {
        IReadOnlyList<Check> checks = await AppAsync(() => [(HttpStatusCode.OK, "{}"), (HttpStatusCode.OK, "{}"), (HttpStatusCode.OK, "{}"), (HttpStatusCode.OK, """{"version":"0.0.1"}""")]);

        Check version = checks.Single(check => check.Name == "version");
        Assert.AreEqual(CheckOutcome.Warning, version.Outcome);
        StringAssert.Contains(version.Detail, "0.0.1");
    }

    [TestMethod]
    public async Task A_failure_is_exit_code_1_and_a_warning_is_not()
    {
        var text = new StringWriter { NewLine = "\n" };
        var json = new StringWriter();

        Assert.AreEqual(0, await DoctorCommand.WriteAsync([Check.Ok("disk", "fine"), Check.Warning("clock", "late", "Set it.")], json: false, text));
        Assert.AreEqual(1, await DoctorCommand.WriteAsync([Check.Failed("key", "wrong", "Give another.")], json: true, json));

        Assert.AreEqual("ok       disk   fine\nwarning  clock  late\n                Set it.\nAll is well, as far as this can tell.\n", text.ToString());
        Assert.AreEqual("""{"ok":false,"checks":[{"name":"key","outcome":"failed","detail":"wrong","fix":"Give another."}]}""", JsonNode.Parse(json.ToString())!.ToJsonString());
    }

    private Task<IReadOnlyList<Check>> MachineAsync(TemporaryFolder state) =>
        new MachineChecks(RepositoryLayout.Find(state.Path), TimeProvider.System).RunAsync(context.CancellationToken);

    private async Task<IReadOnlyList<Check>> AppAsync(Func<(HttpStatusCode, string)?[]> answers)
    {
        using HttpClient http = new StubHandler(answers()).Client();
        return await new AppChecks(http, TimeProvider.System).RunAsync(context.CancellationToken);
    }

    private sealed class Dated(DateTimeOffset date) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("{}") };
            response.Headers.Date = date;
            return Task.FromResult(response);
        }
    }
}
