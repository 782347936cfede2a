import type { ComponentChildren, InputHTMLAttributes, TextareaHTMLAttributes } from 'preact';

/**
 * Fields keep what is typed by themselves: `defaultValue` fills them once, the form reads them when
 * it is sent. So nothing that arrives later can overwrite them.
 */
type InputProps = InputHTMLAttributes & { name: string; label: string };

export function Input({ label, ...rest }: InputProps) {
  return (
    <label class="form-group">
      <span class="form-label">{label}</span>
      <input class="form-control" type="text" {...rest} />
    </label>
  );
}

type TextareaProps = TextareaHTMLAttributes & { name: string; label: string };

export function Textarea({ label, ...rest }: TextareaProps) {
  return (
    <label class="form-group">
      <span class="form-label">{label}</span>
      <textarea class="form-control" {...rest} />
    </label>
  );
}

interface FormProps {
  /** `value` gives the text of a field by its name. */
  onSend: (value: (name: string) => string) => void;
  class?: string;
  children: ComponentChildren;
}

/** The server judges what is sent, so the browser must not hold it back. */
export function Form({ onSend, class: name, children }: FormProps) {
  return (
    <form
      class={name}
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        const { elements } = event.currentTarget;
        onSend((field) => {
          const element = elements.namedItem(field);
          return element instanceof HTMLInputElement || element instanceof HTMLTextAreaElement ? element.value : '';
        });
      }}
    >
      {children}
    </form>
  );
}
