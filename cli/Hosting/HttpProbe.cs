namespace DurableMl.Cli.Hosting;

/// <summary>Asks a service whether it is there.</summary>
internal static class HttpProbe
{
    private static readonly HttpClient Client = new(new SocketsHttpHandler { UseProxy = false, PooledConnectionIdleTimeout = TimeSpan.FromSeconds(1) })
    {
        Timeout = TimeSpan.FromSeconds(5),
    };

    /// <summary>Whether the URL gives an answer of any kind.</summary>
    public static Task<bool> AnswersAsync(string url, CancellationToken cancellationToken) => ProbeAsync(url, _ => true, cancellationToken);

    /// <summary>Whether the URL gives a success status.</summary>
    public static Task<bool> SucceedsAsync(string url, CancellationToken cancellationToken) =>
        ProbeAsync(url, response => response.IsSuccessStatusCode, cancellationToken);

    private static async Task<bool> ProbeAsync(string url, Func<HttpResponseMessage, bool> accept, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await Client.GetAsync(new Uri(url), cancellationToken);
            return accept(response);
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return false; // Its own time limit.
        }
    }
}
