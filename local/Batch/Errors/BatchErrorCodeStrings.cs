namespace Azure.Compute.Batch;

/// <summary>Error codes of the service, for comparison with <see cref="BatchError.Code"/>.</summary>
public static class BatchErrorCodeStrings
{
    /// <summary><c>AccountIsDisabled</c>: account is disabled.</summary>
    public const string AccountIsDisabled = "AccountIsDisabled";

    /// <summary><c>ActiveJobAndScheduleQuotaReached</c>: active job and schedule quota reached.</summary>
    public const string ActiveJobAndScheduleQuotaReached = "ActiveJobAndScheduleQuotaReached";

    /// <summary><c>ApplicationNotFound</c>: application not found.</summary>
    public const string ApplicationNotFound = "ApplicationNotFound";

    /// <summary><c>AuthenticationFailed</c>: authentication failed.</summary>
    public const string AuthenticationFailed = "AuthenticationFailed";

    /// <summary><c>AutoScalingFormulaSyntaxError</c>: auto scaling formula syntax error.</summary>
    public const string AutoScalingFormulaSyntaxError = "AutoScalingFormulaSyntaxError";

    /// <summary><c>AutoScaleFormulaTooLong</c>: auto scale formula too long.</summary>
    public const string AutoScaleFormulaTooLong = "AutoScaleFormulaTooLong";

    /// <summary><c>TooManyRequests</c>: too many requests.</summary>
    public const string TooManyRequests = "TooManyRequests";

    /// <summary><c>TooManyEnableAutoScaleRequests</c>: auto scale too many requests to enable.</summary>
    public const string AutoScaleTooManyRequestsToEnable = "TooManyEnableAutoScaleRequests";

    /// <summary><c>ConditionNotMet</c>: condition not met.</summary>
    public const string ConditionNotMet = "ConditionNotMet";

    /// <summary><c>EmptyMetadataKey</c>: empty metadata key.</summary>
    public const string EmptyMetadataKey = "EmptyMetadataKey";

    /// <summary><c>FileNotFound</c>: file not found.</summary>
    public const string FileNotFound = "FileNotFound";

    /// <summary><c>HostInformationNotPresent</c>: host information not present.</summary>
    public const string HostInformationNotPresent = "HostInformationNotPresent";

    /// <summary><c>InsufficientAccountPermissions</c>: insufficient account permissions.</summary>
    public const string InsufficientAccountPermissions = "InsufficientAccountPermissions";

    /// <summary><c>InternalError</c>: internal error.</summary>
    public const string InternalError = "InternalError";

    /// <summary><c>InvalidApplicationPackageReferences</c>: invalid application package references.</summary>
    public const string InvalidApplicationPackageReferences = "InvalidApplicationPackageReferences";

    /// <summary><c>InvalidAuthenticationInfo</c>: invalid authentication info.</summary>
    public const string InvalidAuthenticationInfo = "InvalidAuthenticationInfo";

    /// <summary><c>InvalidAutoScalingSettings</c>: invalid auto scaling settings.</summary>
    public const string InvalidAutoScalingSettings = "InvalidAutoScalingSettings";

    /// <summary><c>InvalidConstraintValue</c>: invalid constraint value.</summary>
    public const string InvalidConstraintValue = "InvalidConstraintValue";

    /// <summary><c>InvalidHeaderValue</c>: invalid header value.</summary>
    public const string InvalidHeaderValue = "InvalidHeaderValue";

    /// <summary><c>InvalidHttpVerb</c>: invalid http verb.</summary>
    public const string InvalidHttpVerb = "InvalidHttpVerb";

    /// <summary><c>InvalidInput</c>: invalid input.</summary>
    public const string InvalidInput = "InvalidInput";

    /// <summary><c>InvalidMetadata</c>: invalid metadata.</summary>
    public const string InvalidMetadata = "InvalidMetadata";

    /// <summary><c>InvalidPropertyValue</c>: invalid property value.</summary>
    public const string InvalidPropertyValue = "InvalidPropertyValue";

    /// <summary><c>InvalidQueryParameterValue</c>: invalid query parameter value.</summary>
    public const string InvalidQueryParameterValue = "InvalidQueryParameterValue";

    /// <summary><c>InvalidRange</c>: invalid range.</summary>
    public const string InvalidRange = "InvalidRange";

    /// <summary><c>InvalidRequestBody</c>: invalid request body.</summary>
    public const string InvalidRequestBody = "InvalidRequestBody";

    /// <summary><c>InvalidRestAPIForAccountSetting</c>: invalid rest apifor account setting.</summary>
    public const string InvalidRestAPIForAccountSetting = "InvalidRestAPIForAccountSetting";

    /// <summary><c>InvalidUri</c>: invalid uri.</summary>
    public const string InvalidUri = "InvalidUri";

    /// <summary><c>IOError</c>: ioerror.</summary>
    public const string IOError = "IOError";

    /// <summary><c>JobBeingDeleted</c>: job being deleted.</summary>
    public const string JobBeingDeleted = "JobBeingDeleted";

    /// <summary><c>JobBeingTerminated</c>: job being terminated.</summary>
    public const string JobBeingTerminated = "JobBeingTerminated";

    /// <summary><c>JobCompleted</c>: job completed.</summary>
    public const string JobCompleted = "JobCompleted";

    /// <summary><c>JobDisabled</c>: job disabled.</summary>
    public const string JobDisabled = "JobDisabled";

    /// <summary><c>JobExists</c>: job exists.</summary>
    public const string JobExists = "JobExists";

    /// <summary><c>JobNotActive</c>: job not active.</summary>
    public const string JobNotActive = "JobNotActive";

    /// <summary><c>JobNotFound</c>: job not found.</summary>
    public const string JobNotFound = "JobNotFound";

    /// <summary><c>JobPreparationTaskNotRunOnNode</c>: job preparation task not run on node.</summary>
    public const string JobPreparationTaskNotRunOnNode = "JobPreparationTaskNotRunOnNode";

    /// <summary><c>JobPreparationTaskNotSpecified</c>: job preparation task not specified.</summary>
    public const string JobPreparationTaskNotSpecified = "JobPreparationTaskNotSpecified";

    /// <summary><c>JobReleaseTaskNotRunOnNode</c>: job release task not run on node.</summary>
    public const string JobReleaseTaskNotRunOnNode = "JobReleaseTaskNotRunOnNode";

    /// <summary><c>JobReleaseTaskNotSpecified</c>: job release task not specified.</summary>
    public const string JobReleaseTaskNotSpecified = "JobReleaseTaskNotSpecified";

    /// <summary><c>JobScheduleBeingDeleted</c>: job schedule being deleted.</summary>
    public const string JobScheduleBeingDeleted = "JobScheduleBeingDeleted";

    /// <summary><c>JobScheduleBeingTerminated</c>: job schedule being terminated.</summary>
    public const string JobScheduleBeingTerminated = "JobScheduleBeingTerminated";

    /// <summary><c>JobScheduleCompleted</c>: job schedule completed.</summary>
    public const string JobScheduleCompleted = "JobScheduleCompleted";

    /// <summary><c>JobScheduleDisabled</c>: job schedule disabled.</summary>
    public const string JobScheduleDisabled = "JobScheduleDisabled";

    /// <summary><c>JobScheduleExists</c>: job schedule exists.</summary>
    public const string JobScheduleExists = "JobScheduleExists";

    /// <summary><c>JobScheduleNotFound</c>: job schedule not found.</summary>
    public const string JobScheduleNotFound = "JobScheduleNotFound";

    /// <summary><c>JobScheduleWithSameIdExists</c>: job schedule with same id exists.</summary>
    public const string JobScheduleWithSameIdExists = "JobScheduleWithSameIdExists";

    /// <summary><c>JobWithSameIdExists</c>: job with same id exists.</summary>
    public const string JobWithSameIdExists = "JobWithSameIdExists";

    /// <summary><c>MetadataTooLarge</c>: metadata too large.</summary>
    public const string MetadataTooLarge = "MetadataTooLarge";

    /// <summary><c>MissingContentLengthHeader</c>: missing content length header.</summary>
    public const string MissingContentLengthHeader = "MissingContentLengthHeader";

    /// <summary><c>MissingRequiredHeader</c>: missing required header.</summary>
    public const string MissingRequiredHeader = "MissingRequiredHeader";

    /// <summary><c>MissingRequiredProperty</c>: missing required property.</summary>
    public const string MissingRequiredProperty = "MissingRequiredProperty";

    /// <summary><c>MissingRequiredQueryParameter</c>: missing required query parameter.</summary>
    public const string MissingRequiredQueryParameter = "MissingRequiredQueryParameter";

    /// <summary><c>MultipleConditionHeadersNotSupported</c>: multiple condition headers not supported.</summary>
    public const string MultipleConditionHeadersNotSupported = "MultipleConditionHeadersNotSupported";

    /// <summary><c>NodeAlreadyInTargetSchedulingState</c>: node already in target scheduling state.</summary>
    public const string NodeAlreadyInTargetSchedulingState = "NodeAlreadyInTargetSchedulingState";

    /// <summary><c>NodeBeingCreated</c>: node being created.</summary>
    public const string NodeBeingCreated = "NodeBeingCreated";

    /// <summary><c>NodeBeingRebooted</c>: node being rebooted.</summary>
    public const string NodeBeingRebooted = "NodeBeingRebooted";

    /// <summary><c>NodeBeingReimaged</c>: node being reimaged.</summary>
    public const string NodeBeingReimaged = "NodeBeingReimaged";

    /// <summary><c>NodeBeingStarted</c>: node being started.</summary>
    public const string NodeBeingStarted = "NodeBeingStarted";

    /// <summary><c>NodeCountsMismatch</c>: node counts mismatch.</summary>
    public const string NodeCountsMismatch = "NodeCountsMismatch";

    /// <summary><c>NodeNotFound</c>: node not found.</summary>
    public const string NodeNotFound = "NodeNotFound";

    /// <summary><c>NodeStateUnusable</c>: node state unusable.</summary>
    public const string NodeStateUnusable = "NodeStateUnusable";

    /// <summary><c>NodeUserExists</c>: node user exists.</summary>
    public const string NodeUserExists = "NodeUserExists";

    /// <summary><c>NodeUserNotFound</c>: node user not found.</summary>
    public const string NodeUserNotFound = "NodeUserNotFound";

    /// <summary><c>NotImplemented</c>: not implemented.</summary>
    public const string NotImplemented = "NotImplemented";

    /// <summary><c>OperationInvalidForCurrentState</c>: operation invalid for current state.</summary>
    public const string OperationInvalidForCurrentState = "OperationInvalidForCurrentState";

    /// <summary><c>OperationTimedOut</c>: operation timed out.</summary>
    public const string OperationTimedOut = "OperationTimedOut";

    /// <summary><c>OutOfRangeInput</c>: out of range input.</summary>
    public const string OutOfRangeInput = "OutOfRangeInput";

    /// <summary><c>OutOfRangePriority</c>: out of range priority.</summary>
    public const string OutOfRangePriority = "OutOfRangePriority";

    /// <summary><c>OutOfRangeQueryParameterValue</c>: out of range query parameter value.</summary>
    public const string OutOfRangeQueryParameterValue = "OutOfRangeQueryParameterValue";

    /// <summary><c>PathNotFound</c>: path not found.</summary>
    public const string PathNotFound = "PathNotFound";

    /// <summary><c>PoolBeingCreated</c>: pool being created.</summary>
    public const string PoolBeingCreated = "PoolBeingCreated";

    /// <summary><c>PoolBeingDeleted</c>: pool being deleted.</summary>
    public const string PoolBeingDeleted = "PoolBeingDeleted";

    /// <summary><c>PoolBeingResized</c>: pool being resized.</summary>
    public const string PoolBeingResized = "PoolBeingResized";

    /// <summary><c>PoolExists</c>: pool exists.</summary>
    public const string PoolExists = "PoolExists";

    /// <summary><c>PoolNotFound</c>: pool not found.</summary>
    public const string PoolNotFound = "PoolNotFound";

    /// <summary><c>PoolQuotaReached</c>: pool quota reached.</summary>
    public const string PoolQuotaReached = "PoolQuotaReached";

    /// <summary><c>RequestBodyTooLarge</c>: request body too large.</summary>
    public const string RequestBodyTooLarge = "RequestBodyTooLarge";

    /// <summary><c>RequestUrlFailedToParse</c>: request url failed to parse.</summary>
    public const string RequestUrlFailedToParse = "RequestUrlFailedToParse";

    /// <summary><c>ResourceAlreadyExists</c>: resource already exists.</summary>
    public const string ResourceAlreadyExists = "ResourceAlreadyExists";

    /// <summary><c>ResourceNotFound</c>: resource not found.</summary>
    public const string ResourceNotFound = "ResourceNotFound";

    /// <summary><c>ResourceTypeMismatch</c>: resource type mismatch.</summary>
    public const string ResourceTypeMismatch = "ResourceTypeMismatch";

    /// <summary><c>ServerBusy</c>: server busy.</summary>
    public const string ServerBusy = "ServerBusy";

    /// <summary><c>StorageAccountNotFound</c>: storage account not found.</summary>
    public const string StorageAccountNotFound = "StorageAccountNotFound";

    /// <summary><c>TaskCompleted</c>: task completed.</summary>
    public const string TaskCompleted = "TaskCompleted";

    /// <summary><c>TaskDependenciesNotSpecifiedOnJob</c>: task dependencies not specified on job.</summary>
    public const string TaskDependenciesNotSpecifiedOnJob = "TaskDependenciesNotSpecifiedOnJob";

    /// <summary><c>TaskDependencyListTooLong</c>: task dependency list too long.</summary>
    public const string TaskDependencyListTooLong = "TaskDependencyListTooLong";

    /// <summary><c>TaskDependencyRangesTooLong</c>: task dependency ranges too long.</summary>
    public const string TaskDependencyRangesTooLong = "TaskDependencyRangesTooLong";

    /// <summary><c>TaskExists</c>: task exists.</summary>
    public const string TaskExists = "TaskExists";

    /// <summary><c>TaskFilesCleanedup</c>: task files cleanedup.</summary>
    public const string TaskFilesCleanedup = "TaskFilesCleanedup";

    /// <summary><c>TaskFilesUnavailable</c>: task files unavailable.</summary>
    public const string TaskFilesUnavailable = "TaskFilesUnavailable";

    /// <summary><c>TaskIdSameAsJobPreparationTask</c>: task id same as job preparation task.</summary>
    public const string TaskIdSameAsJobPreparationTask = "TaskIdSameAsJobPreparationTask";

    /// <summary><c>TaskIdSameAsJobReleaseTask</c>: task id same as job release task.</summary>
    public const string TaskIdSameAsJobReleaseTask = "TaskIdSameAsJobReleaseTask";

    /// <summary><c>TaskNotFound</c>: task not found.</summary>
    public const string TaskNotFound = "TaskNotFound";

    /// <summary><c>UnsupportedConstraint</c>: unsupported constraint.</summary>
    public const string UnsupportedConstraint = "UnsupportedConstraint";

    /// <summary><c>UnsupportedHeader</c>: unsupported header.</summary>
    public const string UnsupportedHeader = "UnsupportedHeader";

    /// <summary><c>UnsupportedHttpVerb</c>: unsupported http verb.</summary>
    public const string UnsupportedHttpVerb = "UnsupportedHttpVerb";

    /// <summary><c>UnsupportedHttpVersion</c>: unsupported http version.</summary>
    public const string UnsupportedHttpVersion = "UnsupportedHttpVersion";

    /// <summary><c>UnsupportedProperty</c>: unsupported property.</summary>
    public const string UnsupportedProperty = "UnsupportedProperty";

    /// <summary><c>UnsupportedQueryParameter</c>: unsupported query parameter.</summary>
    public const string UnsupportedQueryParameter = "UnsupportedQueryParameter";

    /// <summary><c>UnsupportedRequestVersion</c>: unsupported request version.</summary>
    public const string UnsupportedRequestVersion = "UnsupportedRequestVersion";
}
