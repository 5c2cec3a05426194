using System.CommandLine;
using DurableMl.Cli.Hosting;

namespace DurableMl.Cli.Commands;

/// <summary>The options of the commands that only talk to a host.</summary>
internal sealed class ApiOptions
{
    private static readonly TimeSpan RequestLimit = TimeSpan.FromSeconds(60);
    private readonly Option<string?> _url = new("--url") { Description = "The Functions app's address; by default that of the host that is up here." };
    private readonly Option<string?> _key = new("--key") { Description = "A function key; that of the host that is up here is known." };
    private readonly Option<string?> _state = HostOptions.StateFolder();

    /// <summary>Adds the options to a command.</summary>
    public void AddTo(Command command)
    {
        command.Options.Add(_url);
        command.Options.Add(_key);
        command.Options.Add(_state);
    }

    /// <summary>A client for the address that was given, or of the host that is up.</summary>
    /// <exception cref="CliException">The address is no URL, or no host is up.</exception>
    public HttpClient Connect(ParseResult result)
    {
        if (result.GetValue(_url) is { } url)
        {
            var http = new HttpClient { BaseAddress = Address(url), Timeout = RequestLimit };
            if (result.GetValue(_key) is { } key)
            {
                http.DefaultRequestHeaders.Add(HostKey.Header, key);
            }

            return http;
        }

        var layout = RepositoryLayout.Find(result.GetValue(_state));
        return new HostStateFile(layout.State).Read() is { Ready: true } state && state.Up.IsAlive
            ? LocalHost.Connect(state.Ports, layout.State, RequestLimit)
            : throw new CliException("No host is up here. Start one in another terminal with ./durableml up, or give an address with --url.");
    }

    private static Uri Address(string url) =>
        Uri.TryCreate(url.TrimEnd('/') + "/", UriKind.Absolute, out var given) && given.Scheme is "http" or "https"
            ? given
            : throw new CliException($"--url is '{url}', which is not an http or https address.");
}
