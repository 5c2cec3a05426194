using System.CommandLine;
using System.Net;
using Azure.Core;
using DurableMl.Cli;
using DurableMl.Cli.Commands;
using DurableMl.Cli.Pipelines;
using NSubstitute;

namespace Cli.Tests.Commands;

/// <summary>The options with which a command reaches an app elsewhere, against a server on loopback that asks for them.</summary>
[TestClass]
public sealed class ApiOptionsTests
{
    private static readonly TextWriter Terminal = Console.Out;

    public TestContext TestContext { get; set; } = null!;

    [TestCleanup]
    public void GiveTheTerminalBack() => Console.SetOut(Terminal);

    [TestMethod]
    public async Task A_key_and_a_sign_in_travel_with_every_request()
    {
        using var server = new Server("""{ "runId": "run-1" }""");
        TokenCredential credential = Substitute.For<TokenCredential>();
        credential.GetTokenAsync(Arg.Is<TokenRequestContext>(request => request.Scopes[0] == "api://some-client/.default"), Arg.Any<CancellationToken>())
            .Returns(new AccessToken("a-token", DateTimeOffset.MaxValue));
        using HttpClient http = Connect(new ApiOptions { Credential = () => credential }, $"--server {server.Url} --key a-key --entra some-client");

        Assert.AreEqual("run-1", (await new PipelinesClient(http).GetAsync("run-1", TestContext.CancellationToken))!.RunId);
        Assert.AreEqual("a-key", server.Headers["x-functions-key"]);
        Assert.AreEqual("Bearer a-token", server.Headers["Authorization"]);
    }

    [TestMethod]
    public async Task With_json_the_documents_of_the_server_are_all_that_is_written()
    {
        using var server = new Server("""{ "runId": "run-1",  "state": "running" }""");
        var documents = new StringWriter();
        using HttpClient http = Connect(new ApiOptions { Documents = documents }, $"--server {server.Url} --json");
        var client = new PipelinesClient(http);
        await client.GetAsync("run-1", TestContext.CancellationToken);
        await client.GetAsync("run-1", TestContext.CancellationToken);
        Assert.AreEqual("""{"runId":"run-1","state":"running"}""" + Environment.NewLine, documents.ToString(), "What has not changed is not said again.");
        Assert.AreSame(Console.Error, Console.Out);
    }

    [TestMethod]
    public async Task With_json_the_report_of_a_sweep_is_a_document_and_no_page()
    {
        using var server = new Server("""{ "runId": "run-1", "trials": [] }""");
        var documents = new StringWriter();
        Console.SetOut(documents);
        Command command = RootCommandFactory.Create();

        Assert.AreEqual(ExitCodes.Done, await command.Parse($"sweep report run-1 --server {server.Url} --json").InvokeAsync(cancellationToken: TestContext.CancellationToken));
        Assert.AreEqual("/api/pipelines/run-1/sweep/report", server.Path);
        Assert.AreEqual("""{"runId":"run-1","trials":[]}""" + Environment.NewLine, documents.ToString());
    }

    [TestMethod]
    [DataRow(HttpStatusCode.Unauthorized, ExitCodes.NotAllowed)]
    [DataRow(HttpStatusCode.Forbidden, ExitCodes.NotAllowed)]
    [DataRow(HttpStatusCode.BadRequest, ExitCodes.Failed)]
    public async Task Who_is_not_let_in_learns_it_by_the_exit_code(HttpStatusCode status, int code)
    {
        using var server = new Server("{}", status);
        using HttpClient http = Connect(new ApiOptions(), $"--server {server.Url} --key wrong");
        CliException exception = await Assert.ThrowsExactlyAsync<CliException>(() => new PipelinesClient(http).GetAsync("run-1", TestContext.CancellationToken));
        Assert.AreEqual(code, exception.ExitCode);
    }

    [TestMethod]
    [DataRow("--server http://example.com --key a-key", "in the clear")]
    [DataRow("--server http://example.com --entra some-client", "in the clear")]
    [DataRow("--server ftp://example.com", "is not an http or https address")]
    [DataRow("--entra some-client", "give its address with --server")]
    public void An_address_that_would_give_a_secret_away_is_refused(string line, string reason)
    {
        CliException exception = Assert.ThrowsExactly<CliException>(() => Connect(new ApiOptions(), line));
        Assert.Contains(reason, exception.Message);
        Assert.AreEqual(ExitCodes.Usage, exception.ExitCode);
    }

    [TestMethod]
    public void Every_command_that_talks_to_a_server_has_the_options()
    {
        foreach (string name in (string[])["run", "import", "status", "cancel", "resume"])
        {
            Command command = RootCommandFactory.Create().Subcommands.Single(found => found.Name == name);
            CollectionAssert.IsSubsetOf(new[] { "--server", "--key", "--entra", "--json" }, command.Options.Select(option => option.Name).ToArray(), name);
        }
    }

    [TestMethod]
    [DataRow("bash")]
    [DataRow("zsh")]
    [DataRow("fish")]
    public void The_shell_asks_the_command_what_can_follow(string shell) => Assert.Contains("[suggest:", CompletionCommand.Script(shell));

    [TestMethod]
    [DataRow("sta", "status")]
    [DataRow("run --", "--server")]
    [DataRow("images ", "push")]
    public void What_can_follow_is_known(string line, string expected) =>
        CollectionAssert.Contains(RootCommandFactory.Create().Parse(line).GetCompletions(line.Length).Select(item => item.Label).ToArray(), expected);

    private static HttpClient Connect(ApiOptions options, string line)
    {
        var command = new Command("test");
        options.AddTo(command);
        return options.Connect(command.Parse(line));
    }

    /// <summary>A server that answers everything alike.</summary>
    private sealed class Server : IDisposable
    {
        private readonly HttpListener listener = new();
        private readonly Task answering;

        public Server(string document, HttpStatusCode status = HttpStatusCode.OK)
        {
            Url = $"http://127.0.0.1:{FreePort.Next()}/";
            listener.Prefixes.Add(Url);
            listener.Start();
            answering = AnswerAsync(document, status);
        }

        public string Url { get; }

        public string? Path { get; private set; }

        public Dictionary<string, string?> Headers { get; } = new(StringComparer.OrdinalIgnoreCase);

        public void Dispose()
        {
            listener.Close();
            answering.Wait(TimeSpan.FromSeconds(10));
        }

        private async Task AnswerAsync(string document, HttpStatusCode status)
        {
            try
            {
                while (true)
                {
                    HttpListenerContext context = await listener.GetContextAsync();
                    Path = context.Request.Url!.AbsolutePath;
                    foreach (string name in context.Request.Headers.AllKeys.OfType<string>())
                    {
                        Headers[name] = context.Request.Headers[name];
                    }

                    context.Response.StatusCode = (int)status;
                    context.Response.ContentType = "application/json";
                    await context.Response.OutputStream.WriteAsync(System.Text.Encoding.UTF8.GetBytes(document));
                    context.Response.Close();
                }
            }
            catch (Exception exception) when (exception is ObjectDisposedException or HttpListenerException)
            {
                // The test is over.
            }
        }
    }
}
