using Azure.Core;
using Azure.Core.Pipeline;

namespace Inference.Tests;

/// <summary>Lets one storage request arrive and loses its answer, as a connection that breaks at the wrong moment does.</summary>
internal sealed class LostAnswer(RequestMethod method, string part) : HttpPipelinePolicy
{
    private int left = 1;

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException("Tests call storage asynchronously.");

    public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
    {
        await ProcessNextAsync(message, pipeline);
        if (message.Request.Method == method
            && message.Request.Uri.ToString().Contains(part, StringComparison.Ordinal)
            && !message.Response.IsError
            && Interlocked.Exchange(ref left, 0) == 1)
        {
            throw new IOException("The answer was lost.");
        }
    }
}
