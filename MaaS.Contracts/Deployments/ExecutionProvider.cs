// What computes a revision's requests.
namespace MaaS.Contracts.Deployments;

/// <summary>
/// <c>auto</c> is the GPU where a server has one that ONNX Runtime can use, else the CPU. <c>cuda</c> is the same, but a server that computes on
/// the CPU instead says so: an answer that comes slower is better than none.
/// </summary>
public enum ExecutionProvider { Auto, Cpu, Cuda }
