using DurableMl.Local.Functions.Invocation;
using Microsoft.Azure.Functions.Worker.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Access to the HTTP request and response of an invocation, for middleware.</summary>
public static class FunctionContextHttpRequestExtensions
{
    /// <summary>The request that started the function.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>The request; null where something else started it.</returns>
    public static ValueTask<HttpRequestData?> GetHttpRequestDataAsync(this FunctionContext context) =>
        context.Features.Get<IHttpRequestDataFeature>()?.GetHttpRequestDataAsync(context) ?? ValueTask.FromResult<HttpRequestData?>(null);

    /// <summary>The response that the function returned.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>The response; null where the function returned none.</returns>
    public static HttpResponseData? GetHttpResponseData(this FunctionContext context)
    {
        InvocationState state = InvocationState.Of(context);
        return state.Result as HttpResponseData ?? state.Outputs.Values.OfType<HttpResponseData>().FirstOrDefault();
    }
}
