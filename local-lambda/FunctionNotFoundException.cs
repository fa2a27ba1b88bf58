namespace Roost.LocalLambda;

/// <summary>There is no function, or no version, at this ARN.</summary>
public sealed class FunctionNotFoundException(string arn) : Exception($"Function not found: {arn}")
{
    public string Arn { get; } = arn;
}
