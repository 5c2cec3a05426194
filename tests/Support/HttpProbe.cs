namespace DurableMl.Tests.Support;

/// <summary>Asks servers that may not listen yet.</summary>
public static class HttpProbe
{
    /// <summary>Whether a server that listens answers with success; false as well while nothing listens.</summary>
    public static async Task<bool> AnswersAsync(this HttpClient http, string path)
    {
        ArgumentNullException.ThrowIfNull(http);
        try
        {
            using HttpResponseMessage response = await http.GetAsync(new Uri(path, UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
