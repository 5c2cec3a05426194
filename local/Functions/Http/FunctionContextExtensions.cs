using DurableMl.Local.Functions.Http;
using Microsoft.AspNetCore.Http;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>ASP.NET Core's view of an invocation.</summary>
public static class FunctionContextExtensions
{
    /// <summary>The request's HTTP context.</summary>
    /// <param name="context">The invocation.</param>
    /// <returns>The HTTP context; null where something else started the function.</returns>
    public static HttpContext? GetHttpContext(this FunctionContext context)
    {
        ArgumentNullException.ThrowIfNull(context);
        return context.Items.TryGetValue(HttpTriggerEndpoint.HttpContextItem, out object? value) ? value as HttpContext : null;
    }
}
