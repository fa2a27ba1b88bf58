namespace Roost.LocalLambda.Http.ControlPlane;

/// <summary>A request of the Lambda API that is refused, with what its caller is told.</summary>
internal sealed class RequestRefusedException(LambdaError error) : Exception(error.Message)
{
    public LambdaError Error { get; } = error;

    public static RequestRefusedException InvalidParameter(string message) => new(new LambdaError(400, "InvalidParameterValueException", message));

    public static RequestRefusedException Conflict(string message) => new(new LambdaError(409, "ResourceConflictException", message));

    public static RequestRefusedException NotFound(string message) => new(new LambdaError(404, "ResourceNotFoundException", message));

    public static RequestRefusedException Content(string message) => new(new LambdaError(400, "InvalidRequestContentException", message));

    /// <param name="member">As AWS writes it in its answers: <c>memorySize</c>, <c>environment.variables</c>.</param>
    /// <param name="constraint">What must hold, as AWS words it: <c>Member must have value less than or equal to 900</c>.</param>
    public static RequestRefusedException Constraint(string member, string value, string constraint) =>
        new(new LambdaError(400, "ValidationException", $"1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: {constraint}"));

    public static RequestRefusedException WrongRevision(string call) =>
        new(new LambdaError(412, "PreconditionFailedException", $"The Revision Id provided does not match the latest Revision Id. Call the {call} API to retrieve the latest Revision Id"));
}
