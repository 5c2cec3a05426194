using System.Net;
using DurableMl.BatchJobs.Catalog;
using DurableMl.BatchJobs.Submission;
using DurableMl.Functions.Pipelines;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace DurableMl.Functions.Training;

/// <summary><c>GET api/jobs</c> and <c>PUT api/jobs/{job}</c>: the jobs that pipelines may name, and jobs of users' own.</summary>
/// <param name="library">The jobs there are.</param>
/// <param name="shipped">Those that came with the app.</param>
public sealed class ManageJobs(JobLibrary library, JobCatalog shipped)
{
    /// <summary>All jobs with their newest versions.</summary>
    [Function(nameof(ListJobs))]
    public async Task<HttpResponseData> ListJobs(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "api/jobs")] HttpRequestData request, CancellationToken cancellationToken) =>
        await request.JsonAsync(HttpStatusCode.OK, new JobList(await library.ListAsync(cancellationToken)));

    /// <summary>Takes a job's folder as a ZIP archive and answers 201 with its version, or 400 with what is wrong with it.</summary>
    [Function(nameof(PushJob))]
    public async Task<HttpResponseData> PushJob(
        [HttpTrigger(AuthorizationLevel.Function, "put", Route = "api/jobs/{job}")] HttpRequestData request, string job, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (await request.ReadBodyAsync(JobPackage.MaxBytes, cancellationToken) is not { } body)
        {
            return await request.ProblemAsync(HttpStatusCode.RequestEntityTooLarge, "The job is too large.", $"Its archive has at most {JobPackage.MaxBytes} bytes.");
        }

        try
        {
            Job pushed = await library.PushAsync(JobPackage.Read(job, body, shipped), cancellationToken);
            return await request.JsonAsync(HttpStatusCode.Created, new JobEntry(job, pushed.Sha256, pushed.Shipped, pushed.Definition.Description));
        }
        catch (InvalidJobException e)
        {
            return await request.ProblemAsync(HttpStatusCode.BadRequest, "The job is not valid.", e.Message);
        }
    }
}

/// <summary>What <c>GET api/jobs</c> answers.</summary>
/// <param name="Jobs">The jobs, by name.</param>
public sealed record JobList(IReadOnlyList<JobEntry> Jobs);
