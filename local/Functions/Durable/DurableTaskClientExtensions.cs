using System.Net;
using DurableMl.Local.Functions.Durable;
using DurableMl.Local.Functions.Http;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace Microsoft.Azure.Functions.Worker;

/// <summary>Tells HTTP callers how to follow an orchestration.</summary>
public static class DurableTaskClientExtensions
{
    /// <summary>A 202 response with the URLs of an instance, and its status URL as <c>Location</c>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request to answer.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>The response.</returns>
    public static Task<HttpResponseData> CreateCheckStatusResponseAsync(
        this DurableTaskClient client,
        HttpRequestData request,
        string instanceId,
        CancellationToken cancellation = default
    ) => client.CreateCheckStatusResponseAsync(request, instanceId, HttpStatusCode.Accepted, cancellation);

    /// <summary>A response with the URLs of an instance, and its status URL as <c>Location</c>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request to answer.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="statusCode">The status.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>The response.</returns>
    public static async Task<HttpResponseData> CreateCheckStatusResponseAsync(
        this DurableTaskClient client,
        HttpRequestData request,
        string instanceId,
        HttpStatusCode statusCode,
        CancellationToken cancellation = default
    )
    {
        (HttpResponseData response, HttpManagementPayload payload) = Respond(client, request, instanceId, statusCode);
        await request.FunctionContext.Serializer().SerializeAsync(response.Body, payload, typeof(HttpManagementPayload), cancellation);
        return response;
    }

    /// <summary>A 202 response with the URLs of an instance, and its status URL as <c>Location</c>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request to answer.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>The response.</returns>
    public static HttpResponseData CreateCheckStatusResponse(
        this DurableTaskClient client,
        HttpRequestData request,
        string instanceId,
        CancellationToken cancellation = default
    ) => client.CreateCheckStatusResponse(request, instanceId, HttpStatusCode.Accepted, cancellation);

    /// <summary>A response with the URLs of an instance, and its status URL as <c>Location</c>.</summary>
    /// <param name="client">The client.</param>
    /// <param name="request">The request to answer.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="statusCode">The status.</param>
    /// <param name="cancellation">Stops the writing.</param>
    /// <returns>The response.</returns>
    public static HttpResponseData CreateCheckStatusResponse(
        this DurableTaskClient client,
        HttpRequestData request,
        string instanceId,
        HttpStatusCode statusCode,
        CancellationToken cancellation = default
    )
    {
        (HttpResponseData response, HttpManagementPayload payload) = Respond(client, request, instanceId, statusCode);
        request.FunctionContext.Serializer().Serialize(response.Body, payload, typeof(HttpManagementPayload), cancellation);
        return response;
    }

    /// <summary>The URLs of an instance.</summary>
    /// <param name="client">The client.</param>
    /// <param name="instanceId">The instance.</param>
    /// <param name="request">A request whose host name the URLs take; the host's own address when not given.</param>
    /// <returns>The URLs.</returns>
    /// <exception cref="ArgumentException">The id is empty.</exception>
    /// <exception cref="InvalidOperationException">There is no request and the client is not one that a function was given.</exception>
    public static HttpManagementPayload CreateHttpManagementPayload(
        this DurableTaskClient client,
        string instanceId,
        HttpRequestData? request = null
    )
    {
        ArgumentNullException.ThrowIfNull(client);
        if (string.IsNullOrEmpty(instanceId))
        {
            throw new ArgumentException("InstanceId cannot be null or empty.", nameof(instanceId));
        }

        FunctionsDurableTaskClient? functions = client as FunctionsDurableTaskClient;
        string root = request is not null
            ? RequestOrigin.Of(request) + DurableManagementApi.Root
            : functions?.BaseUrl
                ?? throw new InvalidOperationException(
                    "Failed to create HTTP management payload as base URL is null. Either use Functions bindings or provide an HTTP request to create the HttpPayload."
                );
        return new HttpManagementPayload(instanceId, $"{root}/instances/{Uri.EscapeDataString(instanceId)}", functions?.QueryString);
    }

    private static (HttpResponseData Response, HttpManagementPayload Payload) Respond(
        DurableTaskClient client,
        HttpRequestData request,
        string instanceId,
        HttpStatusCode statusCode
    )
    {
        ArgumentNullException.ThrowIfNull(request);
        HttpManagementPayload payload = client.CreateHttpManagementPayload(instanceId, request);
        HttpResponseData response = request.CreateResponse(statusCode);
        response.Headers.Add("Location", payload.StatusQueryGetUri);
        response.Headers.Add("Content-Type", "application/json");
        return (response, payload);
    }
}
