using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using DurableMl.FunctionsHost.App;
using DurableMl.FunctionsHost.Triggers;
using DurableMl.FunctionsHost.Worker;
using DurableMl.FunctionsHost.Worker.Protocol;
using Microsoft.AspNetCore.Http.Extensions;
using Yarp.ReverseProxy.Forwarder;

namespace DurableMl.FunctionsHost.Http;

/// <summary>
/// Takes a request to the worker. A worker with ASP.NET Core listens itself: the request is forwarded to it, and paired with the invocation
/// by a header. To any other worker the request goes as a message.
/// </summary>
internal sealed class HttpInvoker(IHttpForwarder forwarder, WorkerSupervisor workers, TimeProvider time) : IDisposable
{
    private const string InvocationHeader = "x-ms-invocation-id";

    /// <summary>How long an invocation may go on whose request was lost.</summary>
    private static readonly TimeSpan BrokenConnectionPatience = TimeSpan.FromSeconds(2);

    // Neither redirects, cookies nor compression are this hop's business. How long a request may take is the invocation's.
    private readonly HttpMessageInvoker _client = new(new SocketsHttpHandler
    {
        UseProxy = false,
        AllowAutoRedirect = false,
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        // The function's span is a child of the host's, not of the caller's.
        ActivityHeadersPropagator = new ReverseProxyPropagator(DistributedContextPropagator.Current),
        ConnectTimeout = TimeSpan.FromSeconds(5),
    });
    private readonly ForwarderRequestConfig _config = new() { ActivityTimeout = Timeout.InfiniteTimeSpan, Version = HttpVersion.Version11 };
    private readonly ConcurrentDictionary<string, ParameterBinding[]> _inputs = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>
    /// The inputs of a function that need no binding: none, or durable clients whose values are known, since these stay the same while the host
    /// lives.
    /// </summary>
    public bool TryGetInputs(FunctionDefinition function, out ParameterBinding[] inputs)
    {
        if (!function.Inputs.Any())
        {
            inputs = [];
            return true;
        }

        return _inputs.TryGetValue(function.Name, out inputs!);
    }

    /// <summary>Sends a request to the worker and its answer to the caller.</summary>
    /// <param name="context">The request.</param>
    /// <param name="channel">The worker.</param>
    /// <param name="function">The function it is for.</param>
    /// <param name="request">The invocation, with inputs and binding data; what the request itself gives is added.</param>
    /// <param name="cancellationToken">Cancelled when the caller has gone, on a time-out and when the host stops.</param>
    /// <returns>What the worker says of the invocation; a failed one has no answer for the caller yet.</returns>
    public async Task<InvocationResponse> ForwardAsync(
        HttpContext context, WorkerChannel channel, FunctionDefinition function, InvocationRequest request, CancellationToken cancellationToken)
    {
        if (request.InputData.Count > 0 && function.Inputs.All(input => input.Is("durableClient")))
        {
            _inputs.TryAdd(function.Name, [.. request.InputData]);
        }

        AddTriggerMetadata(context.Request, request);
        if (channel.HttpAddress is not { } address)
        {
            return await SendAsMessageAsync(context, channel, function, request, cancellationToken);
        }

        request.InputData.Add(new ParameterBinding { Name = function.Trigger.Name, Data = new TypedData { Http = new RpcHttp() } });
        var invocation = workers.InvokeAsync(channel, function.Name, request, cancellationToken);
        var transformer = new RequestTransformer(request.InvocationId);
        var forwarding = forwarder.SendAsync(context, address, _client, _config, transformer, cancellationToken).AsTask();
        var error = await forwarding;
        if (error == ForwarderError.None || cancellationToken.IsCancellationRequested)
        {
            return await invocation;
        }

        // Without its request the invocation cannot go on, but an older worker may take its time to notice.
        channel.Cancel(request.InvocationId);
        await ((Task)invocation).WaitAsync(BrokenConnectionPatience, time, CancellationToken.None)
            .ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return invocation.IsCompleted ? await invocation : throw new IOException($"The request could not be taken to the worker ({error}).");
    }

    /// <inheritdoc />
    public void Dispose() => _client.Dispose();

    private static void AddTriggerMetadata(HttpRequest message, InvocationRequest request)
    {
        foreach (var (name, value) in message.RouteValues)
        {
            if (value is not null)
            {
                request.TriggerMetadata[name] = new TypedData { String = value.ToString() };
            }
        }

        foreach (var (name, value) in message.Query)
        {
            // A key in the URL is for the host alone.
            if (!request.TriggerMetadata.ContainsKey(name) && !string.Equals(name, "code", StringComparison.OrdinalIgnoreCase))
            {
                request.TriggerMetadata[name] = new TypedData { String = value.ToString() };
            }
        }
    }

    private async Task<InvocationResponse> SendAsMessageAsync(
        HttpContext context, WorkerChannel channel, FunctionDefinition function, InvocationRequest request, CancellationToken cancellationToken)
    {
        var http = await RpcHttpConversion.ReadAsync(context.Request, cancellationToken);
        request.InputData.Add(new ParameterBinding { Name = function.Trigger.Name, Data = new TypedData { Http = http } });
        var response = await workers.InvokeAsync(channel, function.Name, request, cancellationToken);
        if (response.Result.Status == StatusResult.Types.Status.Success && !cancellationToken.IsCancellationRequested)
        {
            var output = function.Bindings.First(binding => binding.Is("http"));
            var data = string.Equals(output.Name, "$return", StringComparison.Ordinal)
                ? response.ReturnValue
                : response.OutputData.FirstOrDefault(item => string.Equals(item.Name, output.Name, StringComparison.Ordinal))?.Data;
            await RpcHttpConversion.WriteAsync(data, context.Response, cancellationToken);
        }

        return response;
    }

    /// <summary>Adds what the worker needs to pair request and invocation, and to know the address that the caller used.</summary>
    private sealed class RequestTransformer(string invocationId) : HttpTransformer
    {
        public override async ValueTask TransformRequestAsync(
            HttpContext httpContext, HttpRequestMessage proxyRequest, string destinationPrefix, CancellationToken cancellationToken)
        {
            await base.TransformRequestAsync(httpContext, proxyRequest, destinationPrefix, cancellationToken);
            var request = httpContext.Request;
            var headers = proxyRequest.Headers;
            headers.Host = null;
            foreach (var header in (ReadOnlySpan<string>)[InvocationHeader, "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Forwarded-Prefix"])
            {
                headers.Remove(header);
            }

            headers.TryAddWithoutValidation(InvocationHeader, invocationId);
            headers.TryAddWithoutValidation("X-Forwarded-Host", request.Host.Value);
            headers.TryAddWithoutValidation("X-Forwarded-Proto", request.Scheme);
            if (httpContext.Connection.RemoteIpAddress is { } caller)
            {
                headers.TryAddWithoutValidation("X-Forwarded-For", caller.ToString());
            }

            // The path as the caller wrote it: decoding and encoding it again would change it.
            proxyRequest.RequestUri = new Uri(destinationPrefix.TrimEnd('/') + request.GetEncodedPathAndQuery());
        }
    }
}
