using Azure.Core;
using Azure.Core.Pipeline;

namespace Azure.Compute.Batch;

/// <summary>A client of an Azure Batch account: pools, nodes, jobs, job schedules, tasks and their files.</summary>
/// <remarks>
/// Every method has a blocking and an asynchronous form, throws <see cref="RequestFailedException"/> when the service answers with
/// an error (see <see cref="BatchError.FromException"/>), and takes: <c>timeOutInSeconds</c>, the longest the service may work on the
/// request (its default, 30 seconds, is also the most); <c>ocpDate</c>, the time the request was issued (set for you with a shared
/// key); <c>requestConditions</c>, the ETag or time on which the request depends; <c>select</c> and <c>filter</c>, OData clauses.
/// Safe for concurrent use.
/// </remarks>
public partial class BatchClient
{
    private const string TokenScope = "https://batch.core.windows.net//.default";

    private readonly HttpPipeline _pipeline;
    private readonly BatchPipeline _rest;

    /// <summary>For mocking.</summary>
    protected BatchClient()
    {
    }

    /// <summary>Creates a client that signs in with Microsoft Entra ID.</summary>
    /// <param name="endpoint">The account, such as <c>https://account.region.batch.azure.com</c>.</param>
    /// <param name="credential">Source of tokens.</param>
    public BatchClient(Uri endpoint, TokenCredential credential)
        : this(endpoint, credential, new BatchClientOptions())
    {
    }

    /// <inheritdoc cref="BatchClient(Uri, TokenCredential)"/>
    /// <param name="endpoint">The account, such as <c>https://account.region.batch.azure.com</c>.</param>
    /// <param name="credential">Source of tokens.</param>
    /// <param name="options">Version, retries, transport; null for the defaults.</param>
    public BatchClient(Uri endpoint, TokenCredential credential, BatchClientOptions options)
        : this(
            endpoint,
            new BearerTokenAuthenticationPolicy(credential ?? throw new ArgumentNullException(nameof(credential)), TokenScope),
            options)
    {
    }

    /// <summary>Creates a client that signs requests with an account key.</summary>
    /// <param name="endpoint">The account, such as <c>https://account.region.batch.azure.com</c>.</param>
    /// <param name="credential">The account's name and one of its keys, in base64.</param>
    public BatchClient(Uri endpoint, AzureNamedKeyCredential credential)
        : this(endpoint, credential, new BatchClientOptions())
    {
    }

    /// <inheritdoc cref="BatchClient(Uri, AzureNamedKeyCredential)"/>
    /// <param name="endpoint">The account, such as <c>https://account.region.batch.azure.com</c>.</param>
    /// <param name="credential">The account's name and one of its keys, in base64.</param>
    /// <param name="options">Version, retries, transport; null for the defaults.</param>
    public BatchClient(Uri endpoint, AzureNamedKeyCredential credential, BatchClientOptions options)
        : this(
            endpoint,
            new SharedKeyPolicy(credential ?? throw new ArgumentNullException(nameof(credential)), TimeProvider.System),
            options)
    {
    }

    private BatchClient(Uri endpoint, HttpPipelinePolicy authentication, BatchClientOptions options)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        options ??= new BatchClientOptions();
        var pipelineOptions = new HttpPipelineOptions(options) { RequestFailedDetailsParser = new BatchErrorDetailsParser() };
        pipelineOptions.PerRetryPolicies.Add(authentication);
        _pipeline = HttpPipelineBuilder.Build(pipelineOptions);
        _rest = new BatchPipeline(_pipeline, endpoint, options.Version);
    }

    /// <summary>The pipeline that carries this client's requests.</summary>
    public virtual HttpPipeline Pipeline => _pipeline;
}
