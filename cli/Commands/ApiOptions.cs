using System.CommandLine;
using Azure.Core;
using Azure.Identity;
using DurableMl.Cli.Hosting;
using DurableMl.Cli.Pipelines;

namespace DurableMl.Cli.Commands;

/// <summary>The options of the commands that only talk to a server: to the host that is up here, or to an app in Azure.</summary>
internal sealed class ApiOptions
{
    private const string ServerVariable = "DURABLEML_SERVER";
    private const string KeyVariable = "DURABLEML_KEY";

    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(60);

    private readonly Option<string?> _server = new("--server", "--url")
    {
        Description = $"The app's address, or set {ServerVariable}; by default that of the host that is up here.",
    };

    private readonly Option<string?> _key = new("--key")
    {
        Description = $"A function key, or set {KeyVariable}, which other users of this machine cannot see; that of the host that is up here is known.",
    };

    private readonly Option<string?> _entra = new("--entra")
    {
        Description = "Sign in with Microsoft Entra ID too, for an app that asks for it: the client id of its app registration.",
    };

    private readonly Option<bool> _json = new("--json")
    {
        Description = "Write what the server answers to standard output, a JSON document a line; everything else goes to standard error.",
    };

    private readonly Option<string?> _state = HostOptions.StateFolder();

    /// <summary>Who signs in. Replaced by tests, which have no account.</summary>
    public Func<TokenCredential> Credential { get; init; } = () => new DefaultAzureCredential();

    /// <summary>Where documents go with <c>--json</c>.</summary>
    public TextWriter Documents { get; init; } = Console.Out;

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_server);
        command.Options.Add(_key);
        command.Options.Add(_entra);
        command.Options.Add(_json);
        command.Options.Add(_state);
    }

    /// <summary>Whether the server knows from a sign-in who calls.</summary>
    public bool SignsIn(ParseResult result) => result.GetValue(_entra) is not null;

    /// <summary>A client for the address that was given, or of the host that is up.</summary>
    /// <exception cref="CliException">The address is no URL, a secret would travel in the clear, or no host is up.</exception>
    public HttpClient Connect(ParseResult result)
    {
        HttpMessageHandler handler = new SocketsHttpHandler { UseProxy = true };
        if (result.GetValue(_json))
        {
            handler = new JsonLines(Documents) { InnerHandler = handler };
            Console.SetOut(Console.Error);
        }

        return Connect(result, handler) ?? throw new CliException("No host is up here. Start one in another terminal with ./durableml up, or give an address with --server.") { ExitCode = ExitCodes.Unreachable };
    }

    /// <summary>The same for a command that writes its own documents; null where no address was given and no host is up.</summary>
    /// <exception cref="CliException">The address is no URL, or a secret would travel in the clear.</exception>
    public HttpClient? ConnectIfUp(ParseResult result) => Connect(result, new SocketsHttpHandler { UseProxy = true });

    /// <summary>Whether documents are wanted.</summary>
    public bool WritesJson(ParseResult result) => result.GetValue(_json);

    /// <summary>This checkout, with the state folder that was asked for.</summary>
    /// <exception cref="CliException">The command does not lie in a checkout.</exception>
    public RepositoryLayout Layout(ParseResult result) => RepositoryLayout.Find(result.GetValue(_state));

    private HttpClient? Connect(ParseResult result, HttpMessageHandler handler)
    {
        if ((result.GetValue(_server) ?? Environment.GetEnvironmentVariable(ServerVariable)) is { Length: > 0 } server)
        {
            return Connect(result, Address(server), handler);
        }

        if (result.GetValue(_entra) is not null)
        {
            throw new CliException("--entra is for an app in Azure: give its address with --server.") { ExitCode = ExitCodes.Usage };
        }

        var layout = RepositoryLayout.Find(result.GetValue(_state));
        if (new HostStateFile(layout.State).Read() is not { Ready: true } state || !state.Up.IsAlive)
        {
            return null;
        }

        return WithKey(new HttpClient(handler) { BaseAddress = LocalHost.FunctionsUrl(state.Ports), Timeout = RequestLimit }, HostKey.Read(layout.State));
    }

    private static Uri Address(string server) =>
        Uri.TryCreate(server.TrimEnd('/') + "/", UriKind.Absolute, out var given) && given.Scheme is "http" or "https"
            ? given
            : throw new CliException($"--server is '{server}', which is not an http or https address.") { ExitCode = ExitCodes.Usage };

    private static HttpClient WithKey(HttpClient http, string key)
    {
        http.DefaultRequestHeaders.Add(HostKey.Header, key);
        return http;
    }

    private HttpClient Connect(ParseResult result, Uri address, HttpMessageHandler handler)
    {
        string? key = result.GetValue(_key) ?? Environment.GetEnvironmentVariable(KeyVariable);
        string? client = result.GetValue(_entra);
        if (address.Scheme == Uri.UriSchemeHttp && !address.IsLoopback && (key is not null || client is not null))
        {
            throw new CliException($"{address} is not https: a key or a sign-in would travel in the clear.") { ExitCode = ExitCodes.Usage };
        }

        if (client is not null)
        {
            handler = new SignedIn(Credential(), $"api://{client}/.default") { InnerHandler = handler };
        }

        var http = new HttpClient(handler) { BaseAddress = address, Timeout = RequestLimit };
        return key is { Length: > 0 } ? WithKey(http, key) : http;
    }

    /// <summary>Sends each request with a token. The credential keeps it until it expires.</summary>
    private sealed class SignedIn(TokenCredential credential, string scope) : DelegatingHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            try
            {
                AccessToken token = await credential.GetTokenAsync(new TokenRequestContext([scope]), cancellationToken);
                request.Headers.Authorization = new("Bearer", token.Token);
            }
            catch (AuthenticationFailedException exception)
            {
                throw new CliException($"Nobody is signed in to Microsoft Entra ID who may use {scope}: `az login`, for example. {exception.Message.Split('\n')[0]}", exception)
                {
                    ExitCode = ExitCodes.NotAllowed,
                };
            }

            return await base.SendAsync(request, cancellationToken);
        }
    }
}
