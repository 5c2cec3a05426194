namespace Microsoft.Azure.Functions.Worker.Http;

/// <summary>Gives the request of an invocation that HTTP started.</summary>
public interface IHttpRequestDataFeature
{
    /// <summary>The request.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>The request, or null.</returns>
    ValueTask<HttpRequestData?> GetHttpRequestDataAsync(FunctionContext context);
}
