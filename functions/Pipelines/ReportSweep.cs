using System.Net;
using System.Text;
using DurableMl.Orchestrations.Failures;
using DurableMl.Orchestrations.Sweeps;
using DurableMl.Orchestrations.Sweeps.Reports;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.DurableTask.Client;

namespace DurableMl.Functions.Pipelines;

/// <summary><c>GET api/pipelines/{runId}/sweep/report</c>, <c>…/report.html</c> and <c>…/narrowed</c>: what a run's sweep has learned so far, for programs, for people and for the next sweep.</summary>
/// <param name="reader">Puts reports together.</param>
/// <param name="warmStart">Knows what a sweep has to say to the next.</param>
public sealed class ReportSweep(SweepReportReader reader, WarmStart warmStart)
{
    /// <summary>Where a run's page is, from the app's address.</summary>
    public static string PageOf(string runId) => $"/api/pipelines/{runId}/sweep/report.html";

    /// <summary>The report as JSON; 404 where there is no such run, or its sweep has not begun.</summary>
    [Function(nameof(GetSweepReport))]
    public async Task<HttpResponseData> GetSweepReport(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/pipelines/{runId}/sweep/report")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken) =>
        await reader.ReadAsync(client, runId, cancellationToken) is { } report ? await request.JsonAsync(HttpStatusCode.OK, report) : await NoReportAsync(request, runId);

    /// <summary>The report as a page; 404 likewise.</summary>
    [Function(nameof(ShowSweepReport))]
    public async Task<HttpResponseData> ShowSweepReport(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/pipelines/{runId}/sweep/report.html")] HttpRequestData request,
        [DurableClient] DurableTaskClient client,
        string runId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await reader.ReadAsync(client, runId, cancellationToken) is not { } report)
        {
            return await NoReportAsync(request, runId);
        }

        HttpResponseData response = request.CreateResponse(HttpStatusCode.OK);
        response.Headers.Add("Content-Type", "text/html; charset=utf-8");
        response.Headers.Add("Content-Security-Policy", ReportPage.ContentSecurityPolicy + "; frame-ancestors 'none'");
        response.Headers.Add("X-Content-Type-Options", "nosniff");
        // The address may hold a key, and the next look is to show what is new.
        response.Headers.Add("Referrer-Policy", "no-referrer");
        response.Headers.Add("Cache-Control", "no-store");
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(ReportPage.Of(report)), cancellationToken);
        return response;
    }

    /// <summary>
    /// A pipeline for the next sweep: the run's own with a space that lies around its best trials. 404 where there is no such run, 409 where it has not
    /// ended or too few of its trials have completed.
    /// </summary>
    [Function(nameof(NarrowSweep))]
    public async Task<HttpResponseData> NarrowSweep(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/pipelines/{runId}/sweep/narrowed")] HttpRequestData request,
        string runId,
        CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        try
        {
            return await warmStart.NarrowAsync(runId, cancellationToken) is { } pipeline ? await request.JsonAsync(HttpStatusCode.OK, pipeline) : await request.NoSuchRunAsync(runId);
        }
        catch (PermanentFailureException e)
        {
            return await request.ProblemAsync(HttpStatusCode.Conflict, "There is nothing to go by yet.", e.Message);
        }
    }

    private static Task<HttpResponseData> NoReportAsync(HttpRequestData request, string runId) =>
        request.ProblemAsync(HttpStatusCode.NotFound, "There is no report.", $"No run has the id '{runId}', or its sweep has not begun.");
}
