namespace Azure.Compute.Batch;

/// <summary>Error codes of the service, for comparison with <see cref="RequestFailedException.ErrorCode"/> and <see cref="BatchError.Code"/>.</summary>
public readonly struct BatchErrorCode : IEquatable<BatchErrorCode>
{
    private readonly string _value;

    /// <summary>Names a code, known or not.</summary>
    /// <param name="value">As the service writes it.</param>
    public BatchErrorCode(string value) => _value = value;

    /// <inheritdoc cref="BatchErrorCodeStrings.AccountIsDisabled"/>
    public static BatchErrorCode AccountIsDisabled => new(BatchErrorCodeStrings.AccountIsDisabled);

    /// <inheritdoc cref="BatchErrorCodeStrings.ActiveJobAndScheduleQuotaReached"/>
    public static BatchErrorCode ActiveJobAndScheduleQuotaReached => new(BatchErrorCodeStrings.ActiveJobAndScheduleQuotaReached);

    /// <inheritdoc cref="BatchErrorCodeStrings.ApplicationNotFound"/>
    public static BatchErrorCode ApplicationNotFound => new(BatchErrorCodeStrings.ApplicationNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.AuthenticationFailed"/>
    public static BatchErrorCode AuthenticationFailed => new(BatchErrorCodeStrings.AuthenticationFailed);

    /// <inheritdoc cref="BatchErrorCodeStrings.AutoScalingFormulaSyntaxError"/>
    public static BatchErrorCode AutoScalingFormulaSyntaxError => new(BatchErrorCodeStrings.AutoScalingFormulaSyntaxError);

    /// <inheritdoc cref="BatchErrorCodeStrings.AutoScaleFormulaTooLong"/>
    public static BatchErrorCode AutoScaleFormulaTooLong => new(BatchErrorCodeStrings.AutoScaleFormulaTooLong);

    /// <inheritdoc cref="BatchErrorCodeStrings.TooManyRequests"/>
    public static BatchErrorCode TooManyRequests => new(BatchErrorCodeStrings.TooManyRequests);

    /// <inheritdoc cref="BatchErrorCodeStrings.AutoScaleTooManyRequestsToEnable"/>
    public static BatchErrorCode AutoScaleTooManyRequestsToEnable => new(BatchErrorCodeStrings.AutoScaleTooManyRequestsToEnable);

    /// <inheritdoc cref="BatchErrorCodeStrings.ConditionNotMet"/>
    public static BatchErrorCode ConditionNotMet => new(BatchErrorCodeStrings.ConditionNotMet);

    /// <inheritdoc cref="BatchErrorCodeStrings.EmptyMetadataKey"/>
    public static BatchErrorCode EmptyMetadataKey => new(BatchErrorCodeStrings.EmptyMetadataKey);

    /// <inheritdoc cref="BatchErrorCodeStrings.FileNotFound"/>
    public static BatchErrorCode FileNotFound => new(BatchErrorCodeStrings.FileNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.HostInformationNotPresent"/>
    public static BatchErrorCode HostInformationNotPresent => new(BatchErrorCodeStrings.HostInformationNotPresent);

    /// <inheritdoc cref="BatchErrorCodeStrings.InsufficientAccountPermissions"/>
    public static BatchErrorCode InsufficientAccountPermissions => new(BatchErrorCodeStrings.InsufficientAccountPermissions);

    /// <inheritdoc cref="BatchErrorCodeStrings.InternalError"/>
    public static BatchErrorCode InternalError => new(BatchErrorCodeStrings.InternalError);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidApplicationPackageReferences"/>
    public static BatchErrorCode InvalidApplicationPackageReferences => new(BatchErrorCodeStrings.InvalidApplicationPackageReferences);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidAuthenticationInfo"/>
    public static BatchErrorCode InvalidAuthenticationInfo => new(BatchErrorCodeStrings.InvalidAuthenticationInfo);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidAutoScalingSettings"/>
    public static BatchErrorCode InvalidAutoScalingSettings => new(BatchErrorCodeStrings.InvalidAutoScalingSettings);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidConstraintValue"/>
    public static BatchErrorCode InvalidConstraintValue => new(BatchErrorCodeStrings.InvalidConstraintValue);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidHeaderValue"/>
    public static BatchErrorCode InvalidHeaderValue => new(BatchErrorCodeStrings.InvalidHeaderValue);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidHttpVerb"/>
    public static BatchErrorCode InvalidHttpVerb => new(BatchErrorCodeStrings.InvalidHttpVerb);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidInput"/>
    public static BatchErrorCode InvalidInput => new(BatchErrorCodeStrings.InvalidInput);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidMetadata"/>
    public static BatchErrorCode InvalidMetadata => new(BatchErrorCodeStrings.InvalidMetadata);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidPropertyValue"/>
    public static BatchErrorCode InvalidPropertyValue => new(BatchErrorCodeStrings.InvalidPropertyValue);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidQueryParameterValue"/>
    public static BatchErrorCode InvalidQueryParameterValue => new(BatchErrorCodeStrings.InvalidQueryParameterValue);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidRange"/>
    public static BatchErrorCode InvalidRange => new(BatchErrorCodeStrings.InvalidRange);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidRequestBody"/>
    public static BatchErrorCode InvalidRequestBody => new(BatchErrorCodeStrings.InvalidRequestBody);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidRestAPIForAccountSetting"/>
    public static BatchErrorCode InvalidRestAPIForAccountSetting => new(BatchErrorCodeStrings.InvalidRestAPIForAccountSetting);

    /// <inheritdoc cref="BatchErrorCodeStrings.InvalidUri"/>
    public static BatchErrorCode InvalidUri => new(BatchErrorCodeStrings.InvalidUri);

    /// <inheritdoc cref="BatchErrorCodeStrings.IOError"/>
    public static BatchErrorCode IOError => new(BatchErrorCodeStrings.IOError);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobBeingDeleted"/>
    public static BatchErrorCode JobBeingDeleted => new(BatchErrorCodeStrings.JobBeingDeleted);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobBeingTerminated"/>
    public static BatchErrorCode JobBeingTerminated => new(BatchErrorCodeStrings.JobBeingTerminated);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobCompleted"/>
    public static BatchErrorCode JobCompleted => new(BatchErrorCodeStrings.JobCompleted);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobDisabled"/>
    public static BatchErrorCode JobDisabled => new(BatchErrorCodeStrings.JobDisabled);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobExists"/>
    public static BatchErrorCode JobExists => new(BatchErrorCodeStrings.JobExists);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobNotActive"/>
    public static BatchErrorCode JobNotActive => new(BatchErrorCodeStrings.JobNotActive);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobNotFound"/>
    public static BatchErrorCode JobNotFound => new(BatchErrorCodeStrings.JobNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobPreparationTaskNotRunOnNode"/>
    public static BatchErrorCode JobPreparationTaskNotRunOnNode => new(BatchErrorCodeStrings.JobPreparationTaskNotRunOnNode);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobPreparationTaskNotSpecified"/>
    public static BatchErrorCode JobPreparationTaskNotSpecified => new(BatchErrorCodeStrings.JobPreparationTaskNotSpecified);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobReleaseTaskNotRunOnNode"/>
    public static BatchErrorCode JobReleaseTaskNotRunOnNode => new(BatchErrorCodeStrings.JobReleaseTaskNotRunOnNode);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobReleaseTaskNotSpecified"/>
    public static BatchErrorCode JobReleaseTaskNotSpecified => new(BatchErrorCodeStrings.JobReleaseTaskNotSpecified);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobScheduleBeingDeleted"/>
    public static BatchErrorCode JobScheduleBeingDeleted => new(BatchErrorCodeStrings.JobScheduleBeingDeleted);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobScheduleBeingTerminated"/>
    public static BatchErrorCode JobScheduleBeingTerminated => new(BatchErrorCodeStrings.JobScheduleBeingTerminated);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobScheduleCompleted"/>
    public static BatchErrorCode JobScheduleCompleted => new(BatchErrorCodeStrings.JobScheduleCompleted);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobScheduleDisabled"/>
    public static BatchErrorCode JobScheduleDisabled => new(BatchErrorCodeStrings.JobScheduleDisabled);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobScheduleExists"/>
    public static BatchErrorCode JobScheduleExists => new(BatchErrorCodeStrings.JobScheduleExists);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobScheduleNotFound"/>
    public static BatchErrorCode JobScheduleNotFound => new(BatchErrorCodeStrings.JobScheduleNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobScheduleWithSameIdExists"/>
    public static BatchErrorCode JobScheduleWithSameIdExists => new(BatchErrorCodeStrings.JobScheduleWithSameIdExists);

    /// <inheritdoc cref="BatchErrorCodeStrings.JobWithSameIdExists"/>
    public static BatchErrorCode JobWithSameIdExists => new(BatchErrorCodeStrings.JobWithSameIdExists);

    /// <inheritdoc cref="BatchErrorCodeStrings.MetadataTooLarge"/>
    public static BatchErrorCode MetadataTooLarge => new(BatchErrorCodeStrings.MetadataTooLarge);

    /// <inheritdoc cref="BatchErrorCodeStrings.MissingContentLengthHeader"/>
    public static BatchErrorCode MissingContentLengthHeader => new(BatchErrorCodeStrings.MissingContentLengthHeader);

    /// <inheritdoc cref="BatchErrorCodeStrings.MissingRequiredHeader"/>
    public static BatchErrorCode MissingRequiredHeader => new(BatchErrorCodeStrings.MissingRequiredHeader);

    /// <inheritdoc cref="BatchErrorCodeStrings.MissingRequiredProperty"/>
    public static BatchErrorCode MissingRequiredProperty => new(BatchErrorCodeStrings.MissingRequiredProperty);

    /// <inheritdoc cref="BatchErrorCodeStrings.MissingRequiredQueryParameter"/>
    public static BatchErrorCode MissingRequiredQueryParameter => new(BatchErrorCodeStrings.MissingRequiredQueryParameter);

    /// <inheritdoc cref="BatchErrorCodeStrings.MultipleConditionHeadersNotSupported"/>
    public static BatchErrorCode MultipleConditionHeadersNotSupported => new(BatchErrorCodeStrings.MultipleConditionHeadersNotSupported);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeAlreadyInTargetSchedulingState"/>
    public static BatchErrorCode NodeAlreadyInTargetSchedulingState => new(BatchErrorCodeStrings.NodeAlreadyInTargetSchedulingState);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeBeingCreated"/>
    public static BatchErrorCode NodeBeingCreated => new(BatchErrorCodeStrings.NodeBeingCreated);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeBeingRebooted"/>
    public static BatchErrorCode NodeBeingRebooted => new(BatchErrorCodeStrings.NodeBeingRebooted);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeBeingReimaged"/>
    public static BatchErrorCode NodeBeingReimaged => new(BatchErrorCodeStrings.NodeBeingReimaged);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeBeingStarted"/>
    public static BatchErrorCode NodeBeingStarted => new(BatchErrorCodeStrings.NodeBeingStarted);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeCountsMismatch"/>
    public static BatchErrorCode NodeCountsMismatch => new(BatchErrorCodeStrings.NodeCountsMismatch);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeNotFound"/>
    public static BatchErrorCode NodeNotFound => new(BatchErrorCodeStrings.NodeNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeStateUnusable"/>
    public static BatchErrorCode NodeStateUnusable => new(BatchErrorCodeStrings.NodeStateUnusable);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeUserExists"/>
    public static BatchErrorCode NodeUserExists => new(BatchErrorCodeStrings.NodeUserExists);

    /// <inheritdoc cref="BatchErrorCodeStrings.NodeUserNotFound"/>
    public static BatchErrorCode NodeUserNotFound => new(BatchErrorCodeStrings.NodeUserNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.NotImplemented"/>
    public static BatchErrorCode NotImplemented => new(BatchErrorCodeStrings.NotImplemented);

    /// <inheritdoc cref="BatchErrorCodeStrings.OperationInvalidForCurrentState"/>
    public static BatchErrorCode OperationInvalidForCurrentState => new(BatchErrorCodeStrings.OperationInvalidForCurrentState);

    /// <inheritdoc cref="BatchErrorCodeStrings.OperationTimedOut"/>
    public static BatchErrorCode OperationTimedOut => new(BatchErrorCodeStrings.OperationTimedOut);

    /// <inheritdoc cref="BatchErrorCodeStrings.OutOfRangeInput"/>
    public static BatchErrorCode OutOfRangeInput => new(BatchErrorCodeStrings.OutOfRangeInput);

    /// <inheritdoc cref="BatchErrorCodeStrings.OutOfRangePriority"/>
    public static BatchErrorCode OutOfRangePriority => new(BatchErrorCodeStrings.OutOfRangePriority);

    /// <inheritdoc cref="BatchErrorCodeStrings.OutOfRangeQueryParameterValue"/>
    public static BatchErrorCode OutOfRangeQueryParameterValue => new(BatchErrorCodeStrings.OutOfRangeQueryParameterValue);

    /// <inheritdoc cref="BatchErrorCodeStrings.PathNotFound"/>
    public static BatchErrorCode PathNotFound => new(BatchErrorCodeStrings.PathNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.PoolBeingCreated"/>
    public static BatchErrorCode PoolBeingCreated => new(BatchErrorCodeStrings.PoolBeingCreated);

    /// <inheritdoc cref="BatchErrorCodeStrings.PoolBeingDeleted"/>
    public static BatchErrorCode PoolBeingDeleted => new(BatchErrorCodeStrings.PoolBeingDeleted);

    /// <inheritdoc cref="BatchErrorCodeStrings.PoolBeingResized"/>
    public static BatchErrorCode PoolBeingResized => new(BatchErrorCodeStrings.PoolBeingResized);

    /// <inheritdoc cref="BatchErrorCodeStrings.PoolExists"/>
    public static BatchErrorCode PoolExists => new(BatchErrorCodeStrings.PoolExists);

    /// <inheritdoc cref="BatchErrorCodeStrings.PoolNotFound"/>
    public static BatchErrorCode PoolNotFound => new(BatchErrorCodeStrings.PoolNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.PoolQuotaReached"/>
    public static BatchErrorCode PoolQuotaReached => new(BatchErrorCodeStrings.PoolQuotaReached);

    /// <inheritdoc cref="BatchErrorCodeStrings.RequestBodyTooLarge"/>
    public static BatchErrorCode RequestBodyTooLarge => new(BatchErrorCodeStrings.RequestBodyTooLarge);

    /// <inheritdoc cref="BatchErrorCodeStrings.RequestUrlFailedToParse"/>
    public static BatchErrorCode RequestUrlFailedToParse => new(BatchErrorCodeStrings.RequestUrlFailedToParse);

    /// <inheritdoc cref="BatchErrorCodeStrings.ResourceAlreadyExists"/>
    public static BatchErrorCode ResourceAlreadyExists => new(BatchErrorCodeStrings.ResourceAlreadyExists);

    /// <inheritdoc cref="BatchErrorCodeStrings.ResourceNotFound"/>
    public static BatchErrorCode ResourceNotFound => new(BatchErrorCodeStrings.ResourceNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.ResourceTypeMismatch"/>
    public static BatchErrorCode ResourceTypeMismatch => new(BatchErrorCodeStrings.ResourceTypeMismatch);

    /// <inheritdoc cref="BatchErrorCodeStrings.ServerBusy"/>
    public static BatchErrorCode ServerBusy => new(BatchErrorCodeStrings.ServerBusy);

    /// <inheritdoc cref="BatchErrorCodeStrings.StorageAccountNotFound"/>
    public static BatchErrorCode StorageAccountNotFound => new(BatchErrorCodeStrings.StorageAccountNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskCompleted"/>
    public static BatchErrorCode TaskCompleted => new(BatchErrorCodeStrings.TaskCompleted);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskDependenciesNotSpecifiedOnJob"/>
    public static BatchErrorCode TaskDependenciesNotSpecifiedOnJob => new(BatchErrorCodeStrings.TaskDependenciesNotSpecifiedOnJob);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskDependencyListTooLong"/>
    public static BatchErrorCode TaskDependencyListTooLong => new(BatchErrorCodeStrings.TaskDependencyListTooLong);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskDependencyRangesTooLong"/>
    public static BatchErrorCode TaskDependencyRangesTooLong => new(BatchErrorCodeStrings.TaskDependencyRangesTooLong);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskExists"/>
    public static BatchErrorCode TaskExists => new(BatchErrorCodeStrings.TaskExists);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskFilesCleanedup"/>
    public static BatchErrorCode TaskFilesCleanedup => new(BatchErrorCodeStrings.TaskFilesCleanedup);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskFilesUnavailable"/>
    public static BatchErrorCode TaskFilesUnavailable => new(BatchErrorCodeStrings.TaskFilesUnavailable);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskIdSameAsJobPreparationTask"/>
    public static BatchErrorCode TaskIdSameAsJobPreparationTask => new(BatchErrorCodeStrings.TaskIdSameAsJobPreparationTask);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskIdSameAsJobReleaseTask"/>
    public static BatchErrorCode TaskIdSameAsJobReleaseTask => new(BatchErrorCodeStrings.TaskIdSameAsJobReleaseTask);

    /// <inheritdoc cref="BatchErrorCodeStrings.TaskNotFound"/>
    public static BatchErrorCode TaskNotFound => new(BatchErrorCodeStrings.TaskNotFound);

    /// <inheritdoc cref="BatchErrorCodeStrings.UnsupportedConstraint"/>
    public static BatchErrorCode UnsupportedConstraint => new(BatchErrorCodeStrings.UnsupportedConstraint);

    /// <inheritdoc cref="BatchErrorCodeStrings.UnsupportedHeader"/>
    public static BatchErrorCode UnsupportedHeader => new(BatchErrorCodeStrings.UnsupportedHeader);

    /// <inheritdoc cref="BatchErrorCodeStrings.UnsupportedHttpVerb"/>
    public static BatchErrorCode UnsupportedHttpVerb => new(BatchErrorCodeStrings.UnsupportedHttpVerb);

    /// <inheritdoc cref="BatchErrorCodeStrings.UnsupportedHttpVersion"/>
    public static BatchErrorCode UnsupportedHttpVersion => new(BatchErrorCodeStrings.UnsupportedHttpVersion);

    /// <inheritdoc cref="BatchErrorCodeStrings.UnsupportedProperty"/>
    public static BatchErrorCode UnsupportedProperty => new(BatchErrorCodeStrings.UnsupportedProperty);

    /// <inheritdoc cref="BatchErrorCodeStrings.UnsupportedQueryParameter"/>
    public static BatchErrorCode UnsupportedQueryParameter => new(BatchErrorCodeStrings.UnsupportedQueryParameter);

    /// <inheritdoc cref="BatchErrorCodeStrings.UnsupportedRequestVersion"/>
    public static BatchErrorCode UnsupportedRequestVersion => new(BatchErrorCodeStrings.UnsupportedRequestVersion);

    /// <summary>Whether both are the same code.</summary>
    public static bool operator ==(BatchErrorCode left, BatchErrorCode right) => left.Equals(right);

    /// <summary>Whether they are different codes.</summary>
    public static bool operator !=(BatchErrorCode left, BatchErrorCode right) => !left.Equals(right);

    /// <summary>Names a code, known or not.</summary>
    public static implicit operator BatchErrorCode(string value) => new(value);

    /// <summary>Whether both are the same code, without regard to case.</summary>
    public bool Equals(BatchErrorCode other) => string.Equals(_value, other._value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object obj) => obj is BatchErrorCode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => _value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(_value);

    /// <inheritdoc/>
    public override string ToString() => _value;
}
