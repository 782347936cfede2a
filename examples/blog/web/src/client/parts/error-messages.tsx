export function ErrorMessages({ messages }: { messages: string[] }) {
  if (messages.length === 0) return null;
  return (
    <ul class="error-messages" role="alert">
      {messages.map((message) => (
        <li>{message}</li>
      ))}
    </ul>
  );
}
