namespace Roost.Shadow.Tests.Http;

/// <param name="ErrorType">The exception's name for AWS's SDKs; null when there is none.</param>
internal sealed record WebAnswer(int Status, string? ErrorType, string Text);
