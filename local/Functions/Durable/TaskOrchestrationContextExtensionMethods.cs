using System.Globalization;
using System.Net;
using DurableMl.Local.Functions.Durable;
using Microsoft.Azure.Functions.Worker.Extensions.DurableTask.Http;
using Microsoft.Extensions.Primitives;

namespace Microsoft.DurableTask;

/// <summary>HTTP requests from orchestrators.</summary>
public static partial class TaskOrchestrationContextExtensionMethods
{
    private const string LogCategory = "Microsoft.Azure.Functions.Worker.Extensions.DurableTask.CallHttp";
    private static readonly TimeSpan DefaultPollingInterval = TimeSpan.FromSeconds(30);

    /// <summary>Makes a request, durably. Where the request asks for that, a 202 with <c>Location</c> is followed with timers until there is another answer.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="request">The request.</param>
    /// <returns>The response, whatever its status.</returns>
    /// <exception cref="TaskFailedException">There was no response, and no retry is left.</exception>
    public static async Task<DurableHttpResponse> CallHttpAsync(this TaskOrchestrationContext context, DurableHttpRequest request)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(request);
        ILogger logger = context.CreateReplaySafeLogger(LogCategory);
        DateTime? deadline = request.Timeout is { } timeout ? context.CurrentUtcDateTime + timeout : null;
        DurableHttpResponse response = await AttemptAsync(context, request, request);
        while (
            response.StatusCode == HttpStatusCode.Accepted
            && request.AsynchronousPatternEnabled
            && Location(response, request) is { } location
        )
        {
            DateTime next = context.CurrentUtcDateTime + RetryAfter(response, context.CurrentUtcDateTime);
            if (next > deadline)
            {
                throw new TimeoutException($"{request.Method} {request.Uri} had not ended after {request.Timeout}.");
            }

            await context.CreateTimer(next, CancellationToken.None);
            LogPolling(logger, location);
            response = await AttemptAsync(
                context,
                request,
                new DurableHttpRequest(HttpMethod.Get, location) { Headers = request.Headers, Timeout = request.Timeout }
            );
        }

        return response;
    }

    /// <summary>Makes a request, durably. A 202 is returned as it is.</summary>
    /// <param name="context">The orchestration.</param>
    /// <param name="method">The method.</param>
    /// <param name="uri">The address.</param>
    /// <param name="content">The body.</param>
    /// <param name="retryOptions">Whether and how failures are tried again.</param>
    /// <returns>The response, whatever its status.</returns>
    public static Task<DurableHttpResponse> CallHttpAsync(
        this TaskOrchestrationContext context,
        HttpMethod method,
        Uri uri,
        string? content = null,
        HttpRetryOptions? retryOptions = null
    ) => context.CallHttpAsync(new DurableHttpRequest(method, uri) { Content = content, HttpRetryOptions = retryOptions });

    private static async Task<DurableHttpResponse> AttemptAsync(
        TaskOrchestrationContext context,
        DurableHttpRequest original,
        DurableHttpRequest request
    )
    {
        HttpRetryOptions? retry = original.HttpRetryOptions;
        DateTime started = context.CurrentUtcDateTime;
        double wait = retry?.FirstRetryInterval.Ticks ?? 0;
        for (int attempt = 1; ; attempt++)
        {
            bool last = retry is null || attempt >= retry.MaxNumberOfAttempts || context.CurrentUtcDateTime - started >= retry.RetryTimeout;
            try
            {
                DurableHttpResponse response = await context.CallActivityAsync<DurableHttpResponse>(CallHttpActivity.Name, request);
                if (last || !IsFailure(retry!, response.StatusCode))
                {
                    return response;
                }
            }
            catch (TaskFailedException) when (!last)
            {
                // No response is a failure like any other: the loop tries again.
            }

            await context.CreateTimer(TimeSpan.FromTicks((long)Math.Min(wait, retry!.MaxRetryInterval.Ticks)), CancellationToken.None);
            wait *= retry.BackoffCoefficient;
        }
    }

    private static bool IsFailure(HttpRetryOptions retry, HttpStatusCode status) =>
        retry.StatusCodesToRetry.Count > 0 ? retry.StatusCodesToRetry.Contains(status) : (int)status >= 400;

    private static Uri? Location(DurableHttpResponse response, DurableHttpRequest request) =>
        response.Headers is { } headers
        && headers.TryGetValue("Location", out StringValues value)
        && Uri.TryCreate(request.Uri, value.ToString(), out Uri? location)
            ? location
            : null;

    private static TimeSpan RetryAfter(DurableHttpResponse response, DateTime now)
    {
        if (response.Headers is not { } headers || !headers.TryGetValue("Retry-After", out StringValues value))
        {
            return DefaultPollingInterval;
        }

        if (int.TryParse(value.ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out int seconds))
        {
            return TimeSpan.FromSeconds(seconds);
        }

        return
            DateTimeOffset.TryParse(value.ToString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset at)
            && at.UtcDateTime > now
            ? at.UtcDateTime - now
            : DefaultPollingInterval;
    }

    [LoggerMessage(1, LogLevel.Information, "Polling HTTP status at location: {Location}")]
    private static partial void LogPolling(ILogger logger, Uri location);
}
