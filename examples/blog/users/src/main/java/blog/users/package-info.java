/** Accounts, profiles and follows of the blog: one package per feature, {@code event} tells the other services. */
package blog.users;
